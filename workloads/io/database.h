#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace contend::workloads {

/// A connection to an SQLite file, with write-ahead logging and a full sync at every commit. One thread at a time.
/// Errors: std::runtime_error with SQLite's words and the statement.
class DatabaseConnection {
 public:
  explicit DatabaseConnection(const std::string& path);

  /// Runs one statement with these parameters; returns the first column of its first row, 0 where it has none. The
  /// statement is prepared once.
  std::int64_t run(const std::string& sql, std::initializer_list<std::int64_t> parameters = {});

 private:
  struct Close {
    void operator()(sqlite3* database) const;
    void operator()(sqlite3_stmt* statement) const;
  };
  sqlite3_stmt* prepared(const std::string& sql);
  [[noreturn]] void fail(const std::string& doing) const;

  std::unique_ptr<sqlite3, Close> database_;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Close>> statements_;
};

/// A bounded pool of connections to a database of its own, which is deleted with it: who finds them all in use waits.
/// Connections are made when they are first needed; a forked process makes its own, because SQLite forbids it the
/// parent's. Any number of threads may share it.
class DatabasePool {
 public:
  explicit DatabasePool(unsigned connections);
  DatabasePool(const DatabasePool&) = delete;
  DatabasePool& operator=(const DatabasePool&) = delete;
  ~DatabasePool();

  /// Calls `use` with a connection that nobody else has meanwhile.
  std::int64_t with_connection(const std::function<std::int64_t(DatabaseConnection&)>& use);

 private:
  std::unique_ptr<DatabaseConnection> take();
  void give_back(std::unique_ptr<DatabaseConnection> connection);
  void forget_the_parents_connections();

  const pid_t creator_;
  const std::string directory_;
  const unsigned most_;

  std::mutex mutex_;
  std::condition_variable returned_;
  // Guarded by mutex_.
  pid_t owner_;
  unsigned made_ = 0;
  std::vector<std::unique_ptr<DatabaseConnection>> idle_;
};

}  // namespace contend::workloads
