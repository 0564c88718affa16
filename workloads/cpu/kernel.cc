#include "workloads/cpu/kernel.h"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <string>

namespace contend::workloads {
namespace {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::duration<double, std::nano>;

double time_ns(const Kernel& kernel, std::uint64_t id, std::uint64_t steps) {
  const Clock::time_point start = Clock::now();
  // Volatile keeps the computation between the two looks at the clock.
  [[maybe_unused]] const volatile std::uint64_t result = kernel(id, steps);
  return Nanoseconds(Clock::now() - start).count();
}

unsigned usable_cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  return static_cast<unsigned>(std::max(CPU_COUNT(&allowed), 1));
}

std::string key_of(const KernelSpec& spec, const Args& args) {
  std::string key = spec.name;
  for (const ArgSpec& arg : spec.args) key += '/' + args.text(arg.name);
  return key;
}

/// The latest kernel is kept: filling its tables may take far longer than a round, and repetitions share them, as do
/// cases that follow each other. Only one, because tables may be large.
Kernel kernel_of(const KernelSpec& spec, const Args& args) {
  static std::mutex mutex;
  static std::string latest;
  static Kernel kernel;
  const std::string key = key_of(spec, args);
  const std::scoped_lock guard(mutex);
  if (key != latest) {
    latest.clear();
    kernel = nullptr;  // its tables go before others come
    kernel = spec.make(args);
    latest = key;
  }
  return kernel;
}

/// Measured once per process for each kernel and its arguments: all items of a run are of one length.
double step_ns(const KernelSpec& spec, const Args& args, const Kernel& kernel) {
  static std::mutex mutex;
  static std::map<std::string, double> known;
  const std::scoped_lock guard(mutex);
  const auto [entry, unknown] = known.try_emplace(key_of(spec, args));
  if (unknown) entry->second = measure_step_ns(kernel);
  return entry->second;
}

}  // namespace

double measure_step_ns(const Kernel& kernel) {
  constexpr double long_enough_ns = 50'000;
  constexpr std::uint64_t trials = 64;
  std::uint64_t steps = 1;
  while (time_ns(kernel, 0, steps) < long_enough_ns) steps *= 2;
  double best = time_ns(kernel, 0, steps);
  for (std::uint64_t id = 1; id < trials; ++id) best = std::min(best, time_ns(kernel, id, steps));
  return best / static_cast<double>(steps);
}

std::size_t cpu_items_in_a_batch(const Args& args, std::chrono::nanoseconds round, unsigned workers) {
  const unsigned lanes = std::min(workers, usable_cpus());
  return std::max<std::size_t>(items_in_a_quarter(round, microseconds_of(args, "item_us"), lanes, 256),
                               workers);
}

ExecutorWorkload cpu_workload(const KernelSpec& spec) {
  const auto make = [spec](const Args& args) {
    const double item_ns = std::chrono::nanoseconds(microseconds_of(args, "item_us")).count();
    const Kernel kernel = kernel_of(spec, args);
    const auto steps =
        static_cast<std::uint64_t>(std::max(1.0, std::round(item_ns / step_ns(spec, args, kernel))));
    const auto item = [kernel, steps](std::uint64_t id) { return kernel(id, steps); };
    return ItemSet{.item = item, .oracle = item};
  };
  std::vector<ArgSpec> args{{.name = "item_us", .values = {"100"}}};
  args.insert(args.end(), spec.args.begin(), spec.args.end());
  return {
      .name = spec.name, .args = args, .make = make, .batch_size = cpu_items_in_a_batch, .tier = Tier::full};
}

}  // namespace contend::workloads
