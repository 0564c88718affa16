#include "workloads/arrivals/arrival_loop.h"

#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include "workloads/arrivals/completions.h"
#include "workloads/worker.h"

namespace contend::workloads {
namespace {

constexpr std::size_t most_arrivals = std::size_t{1} << 18;

using Clock = std::chrono::steady_clock;

Clock::time_point time_at(std::uint64_t ns) {
  return Clock::time_point(std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
}

/// Lets this thread's sleeps end when they should, and not up to 50 microseconds later.
class ExactSleeps {
 public:
  ExactSleeps() : before_(prctl(PR_GET_TIMERSLACK)) { prctl(PR_SET_TIMERSLACK, 1); }
  ~ExactSleeps() {
    if (before_ > 0) prctl(PR_SET_TIMERSLACK, before_);
  }
  ExactSleeps(const ExactSleeps&) = delete;
  ExactSleeps& operator=(const ExactSleeps&) = delete;

 private:
  const int before_;
};

struct Client {
  std::counting_semaphore<> answered{0};  // not binary: a service that does an item twice answers twice
  Histogram waits;
};

std::uint64_t last_finish(const Completions& completions, std::uint64_t submitted) {
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < submitted; ++i) last = std::max(last, completions.finished_ns(i));
  return last;
}

/// Submits what is due until the time is over. Returns the number of arrivals.
std::uint64_t generate(ErasedService& service, const SendSchedule& schedule, std::uint64_t begin,
                       std::uint64_t length_ns, Histogram& lag) {
  const ExactSleeps exact;
  std::uint64_t sent = 0;
  for (; sent < most_arrivals; ++sent) {
    const std::uint64_t due = schedule.due_ns(sent);
    // One that is overdue is sent at once, but the end is the end.
    if (due >= length_ns || now_ns() - begin >= length_ns) break;
    std::this_thread::sleep_until(time_at(begin + due));
    lag.record(now_ns() - begin - due);
    service.submit(sent);
  }
  return sent;
}

/// A service that keeps up has no more on its way at the end than its workers and a short queue hold.
bool is_growing(std::uint64_t backlog, std::uint64_t sent, unsigned workers) {
  return backlog > 4 * std::uint64_t{workers} + sent / 20;
}

}  // namespace

ArrivalFigures run_closed_loop(const ServiceFactory& make, const ItemSet& items, unsigned workers,
                               const ClosedLoop& loop, const ArrivalPlan& plan) {
  std::vector<Client> clients(loop.clients);
  const auto client_of = std::make_unique<std::atomic<Client*>[]>(most_arrivals);
  Completions completions(items, most_arrivals,
                          [&](std::uint64_t arrival) { client_of[arrival].load()->answered.release(); });
  std::atomic<std::uint64_t> next{0};
  const auto service = make(completions.told_items(), workers);
  const std::uint64_t begin = now_ns();
  const std::uint64_t end = begin + static_cast<std::uint64_t>(plan.length.count());
  const auto be_a_client = [&](Client& client) {
    while (now_ns() < end) {
      const std::uint64_t arrival = next++;
      if (arrival >= most_arrivals) break;
      client_of[arrival] = &client;
      const std::uint64_t start = now_ns();
      service->submit(arrival);
      if (!client.answered.try_acquire_for(plan.patience)) break;
      client.waits.record(completions.finished_ns(arrival) - start);
      if (loop.think_time.count() > 0) std::this_thread::sleep_for(loop.think_time);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (Client& client : clients) threads.emplace_back(be_a_client, std::ref(client));
  }
  ArrivalFigures figures{.items = std::min<std::uint64_t>(next, most_arrivals)};
  completions.check(figures.items, plan.patience);
  figures.wall = std::chrono::nanoseconds(last_finish(completions, figures.items) - begin);
  for (const Client& client : clients) figures.waits.merge(client.waits);
  return figures;
}

ArrivalFigures run_open_loop(const ServiceFactory& make, const ItemSet& items, unsigned workers,
                             const SendSchedule& schedule, const ArrivalPlan& plan) {
  Completions completions(items, most_arrivals);
  const auto service = make(completions.told_items(), workers);
  const auto length_ns = static_cast<std::uint64_t>(plan.length.count());
  ArrivalFigures figures;
  const std::uint64_t begin = now_ns();
  figures.items = generate(*service, schedule, begin, length_ns, figures.lag);
  figures.backlog = figures.items - std::min(completions.done(), figures.items);
  completions.check(figures.items, plan.patience);
  std::uint64_t due = figures.items;
  while (due < most_arrivals && schedule.due_ns(due) < length_ns) ++due;
  figures.sent_of_due = due == 0 ? 1 : static_cast<double>(figures.items) / static_cast<double>(due);
  figures.offered_per_s = static_cast<double>(due) / std::chrono::duration<double>(plan.length).count();
  figures.saturated = figures.sent_of_due < 0.95 || is_growing(figures.backlog, figures.items, workers);
  for (std::uint64_t i = 0; i < figures.items; ++i) {
    figures.waits.record(completions.finished_ns(i) - begin - schedule.due_ns(i));
  }
  figures.wall = std::chrono::nanoseconds(last_finish(completions, figures.items) - begin);
  return figures;
}

}  // namespace contend::workloads
