#include "workloads/io/database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "workloads/execution/child_process.h"

namespace contend::testing {
namespace {

using workloads::DatabaseConnection;
using workloads::DatabasePool;

std::int64_t add_one(DatabasePool& pool) {
  return pool.with_connection([](DatabaseConnection& database) {
    database.run("BEGIN IMMEDIATE");
    database.run("UPDATE counter SET value = value + 1");
    return database.run("COMMIT");
  });
}

std::int64_t value_in(DatabasePool& pool) {
  return pool.with_connection(
      [](DatabaseConnection& database) { return database.run("SELECT value FROM counter"); });
}

class DatabasePoolTest : public ::testing::Test {
 protected:
  DatabasePoolTest() {
    pool_.with_connection([](DatabaseConnection& database) {
      database.run("CREATE TABLE counter (value INTEGER)");
      return database.run("INSERT INTO counter VALUES (0)");
    });
  }

  DatabasePool pool_{2};
};

TEST_F(DatabasePoolTest, NoCommitIsLostAndNoMoreConnectionsAreInUseThanItHas) {
  std::atomic<int> inside = 0;
  std::atomic<int> most = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 5; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 4; ++i) {
        add_one(pool_);
        pool_.with_connection([&](DatabaseConnection&) {
          const int now = ++inside;
          int before = most;
          while (before < now && !most.compare_exchange_weak(before, now)) {
          }
          std::this_thread::yield();
          --inside;
          return std::int64_t{0};
        });
      }
    });
  }
  threads.clear();
  EXPECT_EQ(value_in(pool_), 20);
  EXPECT_LE(most, 2);
}

TEST_F(DatabasePoolTest, AForkedProcessUsesConnectionsOfItsOwn) {
  workloads::ChildProcess child([&] { add_one(pool_); });
  EXPECT_TRUE(child.wait());
  EXPECT_EQ(value_in(pool_), 1);
}

TEST_F(DatabasePoolTest, AFailedStatementIsToldAndItsTransactionUndone) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_THROW(pool_.with_connection([](DatabaseConnection& database) {
      database.run("BEGIN IMMEDIATE");
      database.run("UPDATE counter SET value = 99");
      return database.run("SELECT nonsense");
    }),
                 std::runtime_error);
  }
  EXPECT_EQ(value_in(pool_), 0);
}

TEST(DatabasePool, RefusesToHaveNone) { EXPECT_THROW(DatabasePool(0), std::invalid_argument); }

}  // namespace
}  // namespace contend::testing
