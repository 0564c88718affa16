#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "workloads/executor_workload.h"
#include "workloads/io/database.h"
#include "workloads/io/item_checksum.h"

// Items that use an embedded database (SQLite) through a bounded pool of connections. An event loop cannot await them.
namespace contend::workloads {

/// The argument `connections`. Throws std::invalid_argument.
inline unsigned connections_of(const Args& args) {
  const double number = args.number("connections");
  if (number >= 1 && number <= 1000) return static_cast<unsigned>(number);
  throw std::invalid_argument("connections is " + args.text("connections") + "; it must be 1 to 1000");
}

inline ExecutorWorkload database_workload(const std::string& name, std::function<ItemSet(const Args&)> make,
                                          std::chrono::nanoseconds item) {
  return {.name = name,
          .args = {{.name = "connections", .values = {"1", "4"}}},
          .make = std::move(make),
          .batch_size = [item](const Args&, std::chrono::nanoseconds round,
                               unsigned workers) { return items_in_a_quarter(round, item, workers, 64); },
          .tier = Tier::full};
}

/// A query: the sum of a hundred neighbouring rows of ten thousand.
inline ExecutorWorkload database_query_workload() {
  constexpr std::int64_t rows = 10'000;
  constexpr std::int64_t range = 100;
  const auto value_of = [](std::int64_t key) {
    return static_cast<std::int64_t>(item_checksum(static_cast<std::uint64_t>(key)) >> 16);
  };
  const auto first_of = [](std::uint64_t id) {
    return static_cast<std::int64_t>(item_checksum(id) % (rows - range));
  };
  const auto make = [=](const Args& args) {
    const auto pool = std::make_shared<DatabasePool>(connections_of(args));
    pool->with_connection([&](DatabaseConnection& database) {
      database.run("CREATE TABLE numbers (key INTEGER PRIMARY KEY, value INTEGER)");
      database.run("BEGIN");
      for (std::int64_t key = 0; key < rows; ++key) {
        database.run("INSERT INTO numbers VALUES (?, ?)", {key, value_of(key)});
      }
      return database.run("COMMIT");
    });
    const auto item = [=](std::uint64_t id) {
      const std::int64_t first = first_of(id);
      return static_cast<std::uint64_t>(pool->with_connection([&](DatabaseConnection& database) {
        return database.run("SELECT sum(value) FROM numbers WHERE key BETWEEN ? AND ?",
                            {first, first + range - 1});
      }));
    };
    const auto oracle = [=](std::uint64_t id) {
      std::int64_t sum = 0;
      for (std::int64_t key = first_of(id); key < first_of(id) + range; ++key) sum += value_of(key);
      return static_cast<std::uint64_t>(sum);
    };
    return ItemSet{.item = item, .oracle = oracle};
  };
  return database_workload("sqlite_query", make, std::chrono::microseconds(50));
}

/// A transaction that counts the item in a ledger, committed and synced. What the ledger says in the end shows whether
/// every item was done once for each batch.
inline ExecutorWorkload database_commit_workload() {
  const auto make = [](const Args& args) {
    const auto pool = std::make_shared<DatabasePool>(connections_of(args));
    pool->with_connection([](DatabaseConnection& database) {
      return database.run("CREATE TABLE ledger (id INTEGER PRIMARY KEY, times INTEGER)");
    });
    const auto item = [pool](std::uint64_t id) {
      pool->with_connection([id](DatabaseConnection& database) {
        database.run("BEGIN IMMEDIATE");
        database.run("INSERT INTO ledger VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET times = times + 1",
                     {static_cast<std::int64_t>(id)});
        return database.run("COMMIT");
      });
      return item_checksum(id);
    };
    const auto count_of = [pool](std::uint64_t id) {
      return static_cast<std::uint64_t>(pool->with_connection([id](DatabaseConnection& database) {
        return database.run("SELECT times FROM ledger WHERE id = ?", {static_cast<std::int64_t>(id)});
      }));
    };
    return ItemSet{.item = item, .oracle = item_checksum, .times_done = count_of};
  };
  return database_workload("sqlite_commit", make, std::chrono::milliseconds(4));
}

}  // namespace contend::workloads
