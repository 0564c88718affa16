#pragma once

#include <chrono>
#include <cstdint>

#include "workloads/arrivals/service.h"
#include "workloads/histogram.h"
#include "workloads/sync/send_schedule.h"

// What a service does with items that arrive: from clients that wait for their answers, and from a world that does not.
// Every arrival is checked (Completions); a failed check is CheckFailed.
namespace contend::workloads {

struct ArrivalPlan {
  std::chrono::nanoseconds length;  // for which items arrive; what is on its way then ends
  std::chrono::nanoseconds patience = std::chrono::minutes(1);  // with a service that does nothing
};

struct ClosedLoop {
  unsigned clients = 1;
  std::chrono::nanoseconds think_time{0};
};

struct ArrivalFigures {
  std::uint64_t items = 0;
  std::chrono::nanoseconds wall{0};  // until the last one was done
  /// From the intended start, so that a service that is late is late for all who queue behind it.
  Histogram waits = {};
  /// Open loop: how late the generator itself was to submit.
  Histogram lag = {};
  double offered_per_s = 0;
  double sent_of_due = 1;
  std::uint64_t backlog = 0;  // arrivals that were not done when the last had come
  /// The service, or the generator, did not keep up: the waits only tell how long the loop went on, and are not to be
  /// told.
  bool saturated = false;
};

/// Clients that submit an item, wait until it is done, think, and submit the next: a thread each. The rate follows the
/// service, so this finds out what it can take, and hides what a queue would feel.
ArrivalFigures run_closed_loop(const ServiceFactory& make, const ItemSet& items, unsigned workers,
                               const ClosedLoop& loop, const ArrivalPlan& plan);

/// Items that arrive when the schedule says, whatever the service does. The generator sleeps until then, in the calling
/// thread, and does not spin: it would take a CPU from the workers.
ArrivalFigures run_open_loop(const ServiceFactory& make, const ItemSet& items, unsigned workers,
                             const SendSchedule& schedule, const ArrivalPlan& plan);

}  // namespace contend::workloads
