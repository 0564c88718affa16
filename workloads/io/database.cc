#include "workloads/io/database.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "primitives/baton.h"
#include "workloads/io/scratch_file.h"

namespace contend::workloads {
namespace {

/// Longer than any queue of writers: a statement that must wait for others does not fail.
constexpr int busy_timeout_ms = 60'000;

std::string new_directory() {
  std::string name = (scratch_directory() / "contend-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::system_category(), "making a directory like " + name);
  }
  return name;
}

}  // namespace

void DatabaseConnection::Close::operator()(sqlite3* database) const { sqlite3_close(database); }
void DatabaseConnection::Close::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

DatabaseConnection::DatabaseConnection(const std::string& path) {
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (result != SQLITE_OK) fail("opening " + path);
  sqlite3_busy_timeout(database, busy_timeout_ms);
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
}

std::int64_t DatabaseConnection::run(const std::string& sql, std::initializer_list<std::int64_t> parameters) {
  sqlite3_stmt* statement = prepared(sql);
  int place = 0;
  for (const std::int64_t parameter : parameters) sqlite3_bind_int64(statement, ++place, parameter);
  const int result = blocking([&] { return sqlite3_step(statement); });
  const std::int64_t value = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  // A commit that fails says so here.
  if (sqlite3_reset(statement) != SQLITE_OK || (result != SQLITE_ROW && result != SQLITE_DONE)) fail(sql);
  return value;
}

sqlite3_stmt* DatabaseConnection::prepared(const std::string& sql) {
  auto& known = statements_[sql];
  if (!known) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(sql);
    known.reset(statement);
  }
  return known.get();
}

void DatabaseConnection::fail(const std::string& doing) const {
  throw std::runtime_error("SQLite: " + doing + ": " + sqlite3_errmsg(database_.get()));
}

DatabasePool::DatabasePool(unsigned connections)
    : creator_(getpid()), directory_(new_directory()), most_(connections), owner_(creator_) {
  if (connections == 0) throw std::invalid_argument("a pool of connections needs at least one");
}

DatabasePool::~DatabasePool() {
  if (getpid() != creator_) return;
  idle_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::int64_t DatabasePool::with_connection(const std::function<std::int64_t(DatabaseConnection&)>& use) {
  std::unique_ptr<DatabaseConnection> connection = take();
  try {
    const std::int64_t result = use(*connection);
    give_back(std::move(connection));
    return result;
  } catch (...) {
    give_back(nullptr);  // what it was at is unknown: the next one is new
    throw;
  }
}

std::unique_ptr<DatabaseConnection> DatabasePool::take() {
  // All of it without the baton: who holds the mutex must not wait for one that waits for the mutex.
  return blocking([this] {
    std::unique_lock lock(mutex_);
    forget_the_parents_connections();
    returned_.wait(lock, [this] { return !idle_.empty() || made_ < most_; });
    if (idle_.empty()) {
      auto connection = std::make_unique<DatabaseConnection>(directory_ + "/database");
      ++made_;
      return connection;
    }
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    return connection;
  });
}

void DatabasePool::give_back(std::unique_ptr<DatabaseConnection> connection) {
  const std::scoped_lock lock(mutex_);
  if (connection) {
    idle_.push_back(std::move(connection));
  } else {
    --made_;
  }
  returned_.notify_one();
}

void DatabasePool::forget_the_parents_connections() {
  if (owner_ == getpid()) return;
  // To close them would undo the parent's locks.
  for (auto& connection : idle_) static_cast<void>(connection.release());
  idle_.clear();
  made_ = 0;
  owner_ = getpid();
}

}  // namespace contend::workloads
