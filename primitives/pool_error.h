#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

// What the pools and the executors throw. One type per thing that a caller may want to handle differently.
namespace contend {

/// The pool takes no more tasks, because shutdown() was called.
class PoolShutDown : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The pool has no working workers and cannot get any. It stays broken: build a new one.
class BrokenPool : public std::runtime_error {
 public:
  explicit BrokenPool(const std::string& what, std::exception_ptr cause = nullptr)
      : std::runtime_error(what), cause_(std::move(cause)) {}

  /// The exception that broke it, or null.
  const std::exception_ptr& cause() const { return cause_; }

 private:
  std::exception_ptr cause_;
};

/// The item's function threw in another process. Only the text of the exception crosses over, not its type.
class RemoteError : public std::runtime_error {
 public:
  RemoteError(std::uint64_t item, const std::string& text)
      : std::runtime_error("item " + std::to_string(item) + ": " + text), item_(item) {}

  std::uint64_t item() const { return item_; }

 private:
  std::uint64_t item_;
};

/// The process that worked on the item died before it had finished. The item may have been done in part.
class BrokenWorker : public std::runtime_error {
 public:
  BrokenWorker(const std::string& what, std::uint64_t item, int signal, int exit_code)
      : std::runtime_error(what), item_(item), signal_(signal), exit_code_(exit_code) {}

  std::uint64_t item() const { return item_; }
  /// What killed it, or 0 if it left by itself; then exit_code() says how.
  int signal() const { return signal_; }
  int exit_code() const { return exit_code_; }

 private:
  std::uint64_t item_;
  int signal_;
  int exit_code_;
};

}  // namespace contend
