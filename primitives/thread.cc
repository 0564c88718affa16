#include "primitives/thread.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <limits>
#include <mutex>
#include <string_view>
#include <thread>

#include "primitives/internal/errors.h"

namespace contend {
namespace internal {
namespace {

constexpr std::uint32_t created = 0;
constexpr std::uint32_t starting = 1;
constexpr std::uint32_t running = 2;
constexpr std::uint32_t finished = 3;
constexpr int everybody = std::numeric_limits<int>::max();

constinit thread_local ThreadState* current_state = nullptr;

/// How many threads the end of the program waits for.
constinit ThreadPlatform::Word unfinished{0};

void wait_for_unfinished() {
  // A thread that ends the program does not wait for itself.
  const std::uint32_t rest = current_state != nullptr && !current_state->daemon() ? 1 : 0;
  for (std::uint32_t count = unfinished.load(); count > rest; count = unfinished.load()) {
    ThreadPlatform::wait(unfinished, count);
  }
}

void hold_up_exit() {
  [[maybe_unused]] static const int registered = [] {
    // A forked child has none of its parent's threads.
    pthread_atfork(nullptr, nullptr, [] { unfinished.store(0); });
    return std::atexit(wait_for_unfinished);
  }();
  unfinished.fetch_add(1);
}

void let_exit() {
  unfinished.fetch_sub(1);
  ThreadPlatform::wake(unfinished, everybody);
}

std::string default_name() {
  static constinit std::atomic<unsigned> last{0};
  return "Thread-" + std::to_string(++last);
}

void name_for_kernel(pthread_t thread, std::string_view name) {
  std::size_t kept = std::min<std::size_t>(name.size(), 15);
  const auto splits_character = [&] { return kept < name.size() && (name[kept] & 0xC0) == 0x80; };
  while (kept > 0 && splits_character()) --kept;
  pthread_setname_np(thread, std::string(name.substr(0, kept)).c_str());
}

}  // namespace

ThreadState::ThreadState(std::string name, bool daemon)
    : word_(created), daemon_(daemon), name_(name.empty() ? default_name() : std::move(name)) {}

ThreadState::~ThreadState() { detach(); }

ThreadState* ThreadState::current() noexcept { return current_state; }

void ThreadState::start() {
  std::uint32_t expected = created;
  if (!word_.compare_exchange_strong(expected, starting)) {
    throw_misuse(std::errc::operation_not_permitted,
                 "Thread::start: started before; make a new Thread for each run");
  }
  if (!daemon_) hold_up_exit();
  alive_ = shared_from_this();
  const std::scoped_lock guard(
      lock_);  // main() waits for it, so that it does not run before thread_ is there
  try {
    thread_ = std::thread(&ThreadState::main, this);
  } catch (...) {
    alive_.reset();
    if (!daemon_) let_exit();
    word_.store(created);
    ThreadPlatform::wake(word_, everybody);  // who joined too early is told so
    throw;
  }
}

void ThreadState::main() {
  current_state = this;
  native_id_ = gettid();
  // From here on at_thread_end() is called, whichever way the thread ends.
  pthread_setspecific(end_key(), this);
  {
    const std::scoped_lock guard(lock_);
    name_for_kernel(pthread_self(), name_);
  }
  word_.store(running);
  ThreadPlatform::wake(word_, everybody);
  try {
    run();
  } catch (...) {
    if (!std::current_exception()) throw;  // not an exception of C++: pthread_exit() unwinds the thread
    report_exception();
  }
}

void ThreadState::report_exception() noexcept { report_current_exception("Thread \"" + name() + "\""); }

/// Thread-specific data is destroyed after all the thread_locals.
pthread_key_t ThreadState::end_key() {
  static const pthread_key_t key = [] {
    pthread_key_t made{};
    if (const int error = pthread_key_create(&made, at_thread_end)) {
      throw std::system_error(error, std::system_category(), "Thread: no thread-specific data left");
    }
    return made;
  }();
  return key;
}

void ThreadState::at_thread_end(void* state) {
  auto& self = *static_cast<ThreadState*>(state);
  const std::shared_ptr<ThreadState> alive = std::move(self.alive_);
  current_state = nullptr;
  self.word_.store(finished);
  ThreadPlatform::wake(self.word_, everybody);
  if (!self.daemon_) let_exit();
}

bool ThreadState::join(Deadline deadline) {
  if (current_state == this) {
    throw_misuse(std::errc::resource_deadlock_would_occur,
                 "Thread::join: a thread can't wait for its own end");
  }
  for (std::uint32_t word = word_.load(); word != finished; word = word_.load()) {
    if (word == created)
      throw_misuse(std::errc::invalid_argument, "Thread::join: not started; call start() first");
    const bool in_time = ThreadPlatform::wait(word_, word, deadline) != FutexResult::timed_out;
    if (!in_time && word_.load() != finished) return false;
  }
  // It has only to leave the kernel.
  const std::scoped_lock guard(lock_);
  if (thread_.joinable()) thread_.join();
  return true;
}

void ThreadState::detach() {
  const std::scoped_lock guard(lock_);
  if (thread_.joinable()) thread_.detach();
}

bool ThreadState::is_alive() const {
  const std::uint32_t word = word_.load();
  return word == starting || word == running;
}

pid_t ThreadState::native_id() const {
  while (word_.load() == starting) ThreadPlatform::wait(word_, starting);
  return word_.load() == created ? 0 : native_id_;
}

std::string ThreadState::name() const {
  const std::scoped_lock guard(lock_);
  return name_;
}

void ThreadState::set_name(std::string name) {
  const std::scoped_lock guard(lock_);
  name_ = std::move(name);
  if (thread_.joinable()) name_for_kernel(thread_.native_handle(), name_);
}

}  // namespace internal

Thread& Thread::operator=(Thread&& other) noexcept {
  if (this != &other) {
    let_go();
    state_ = std::move(other.state_);
  }
  return *this;
}

Thread::~Thread() { let_go(); }

void Thread::start() { state().start(); }

void Thread::join() { state().join(internal::Deadline::never()); }

internal::ThreadState& Thread::state() const {
  if (!state_)
    internal::throw_misuse(std::errc::invalid_argument, "Thread: moved from; use the one it was moved to");
  return *state_;
}

void Thread::let_go() noexcept {
  if (!state_) return;
  // A thread that destroys its own object can't wait for itself; the end of the program still does.
  if (state_->daemon() || internal::ThreadState::current() == state_.get()) return state_->detach();
  if (!state_->is_alive()) return;
  state_->stop_source().request_stop();
  state_->join(internal::Deadline::never());
}

namespace this_thread {

std::string name() {
  if (auto* state = internal::ThreadState::current()) return state->name();
  char kernel_name[16] = {};
  pthread_getname_np(pthread_self(), kernel_name, sizeof(kernel_name));
  return kernel_name;
}

pid_t native_id() { return gettid(); }

std::stop_token stop_token() {
  auto* state = internal::ThreadState::current();
  return state == nullptr ? std::stop_token() : state->stop_source().get_token();
}

bool is_daemon() {
  auto* state = internal::ThreadState::current();
  return state != nullptr && state->daemon();
}

}  // namespace this_thread
}  // namespace contend
