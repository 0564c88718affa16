#include "primitives/internal/worker_supervisor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "primitives/internal/thread_name.h"

namespace contend::internal {

WorkerSupervisor::WorkerSupervisor(unsigned workers, Duties duties)
    : duties_(std::move(duties)),
      children_(workers),
      pids_(std::make_unique<std::atomic<pid_t>[]>(workers)),
      stop_event_(eventfd(0, EFD_CLOEXEC)) {
  if (stop_event_ < 0) throw std::system_error(errno, std::system_category(), "eventfd");
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &callers_signals_);
  std::promise<void> started;
  std::future<void> all_started = started.get_future();
  try {
    thread_ = std::thread([this, &started] { supervise(std::move(started)); });
    pthread_sigmask(SIG_SETMASK, &callers_signals_, nullptr);
    all_started.get();
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &callers_signals_, nullptr);
    if (thread_.joinable()) thread_.join();
    close(stop_event_);
    throw;
  }
}

WorkerSupervisor::~WorkerSupervisor() {
  eventfd_write(stop_event_, 1);
  thread_.join();
  close(stop_event_);
}

std::vector<pid_t> WorkerSupervisor::pids() const { return {pids_.get(), pids_.get() + children_.size()}; }

void WorkerSupervisor::supervise(std::promise<void> started) noexcept {
  name_this_thread("supervisor", 0);
  fork_all(started);
  watch();
  kill_all();
}

void WorkerSupervisor::fork_all(std::promise<void>& started) noexcept {
  try {
    for (unsigned worker = 0; worker < children_.size(); ++worker) children_[worker] = fork_worker(worker);
    started.set_value();
  } catch (...) {
    eventfd_write(stop_event_, 1);
    started.set_exception(std::current_exception());
  }
}

void WorkerSupervisor::watch() {
  std::vector<unsigned> dead;
  while (wait_for_an_event(dead)) {
    for (const unsigned worker : dead) bury(worker);
    if (failed_starts_ < max_failed_starts) fork_missing();
    if (failed_starts_ >= max_failed_starts && alive() == 0 && !gave_up_.exchange(true)) duties_.gave_up();
  }
}

/// Fills in who has died. False when it is time to stop.
bool WorkerSupervisor::wait_for_an_event(std::vector<unsigned>& dead) const {
  std::vector<pollfd> events{{.fd = stop_event_, .events = POLLIN, .revents = 0}};
  for (const ChildProcess& child : children_) {
    events.push_back({.fd = child.descriptor(), .events = POLLIN, .revents = 0});
  }
  constexpr int until_the_next_attempt_ms = 50;
  const bool retry = alive() < children_.size() && failed_starts_ < max_failed_starts;
  poll(events.data(), events.size(), retry ? until_the_next_attempt_ms : -1);
  dead.clear();
  for (unsigned worker = 0; worker < children_.size(); ++worker) {
    if (events[worker + 1].revents != 0) dead.push_back(worker);
  }
  return events[0].revents == 0;
}

void WorkerSupervisor::bury(unsigned worker) {
  const ExitStatus how = children_[worker].wait();
  pids_[worker] = 0;
  deaths_.fetch_add(1);  // before anybody hears of it
  failed_starts_ = duties_.died(worker, how) ? 0 : failed_starts_ + 1;
}

void WorkerSupervisor::fork_missing() {
  if (failed_starts_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (unsigned worker = 0; worker < children_.size(); ++worker) {
    if (children_[worker]) continue;
    try {
      children_[worker] = fork_worker(worker);
    } catch (const std::exception&) {  // no processes or no memory just now; the others carry on meanwhile
      if (alive() == 0) ++failed_starts_;
      return;
    }
  }
}

ChildProcess WorkerSupervisor::fork_worker(unsigned worker) {
  ChildProcess child([this, worker] {
    close(stop_event_);
    for (ChildProcess& sibling : children_) sibling.disown();
    pthread_sigmask(SIG_SETMASK, &callers_signals_, nullptr);
    duties_.work(worker);
  });
  pids_[worker] = child.pid();
  return child;
}

/// All at once, and only then one by one: so they die side by side.
void WorkerSupervisor::kill_all() {
  for (const ChildProcess& child : children_) child.kill();
  for (ChildProcess& child : children_) child = ChildProcess();
}

unsigned WorkerSupervisor::alive() const {
  return static_cast<unsigned>(
      std::ranges::count_if(children_, [](const ChildProcess& child) { return static_cast<bool>(child); }));
}

}  // namespace contend::internal
