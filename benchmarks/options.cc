#include "benchmarks/options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "benchmarks/name_filter.h"

namespace contend::benchmarks {
namespace {

constexpr unsigned most_workers = 4096;
constexpr unsigned most_repetitions = 10'000;
constexpr double shortest_round = 0.001;
constexpr double longest_round = 600;

template <class Number>
Number number(std::string_view flag, const std::string& text, Number least, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most)) {
    throw UsageError(std::string(flag) + ": '" + text + "' is not a number from " + std::to_string(least) +
                     " to " + std::to_string(most));
  }
  return value;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

/// The value behind NAME= , or nothing for another flag.
std::optional<std::string> value_of(std::string_view arg, std::string_view name) {
  if (!arg.starts_with(name)) return std::nullopt;
  return std::string(arg.substr(name.size()));
}

workloads::Placement placement(const std::string& name) {
  if (const auto known = workloads::placement_named(name)) return *known;
  throw UsageError("--contend_placement: '" + name + "' is none of compact, scatter, smt, none");
}

bool yes_or_no(std::string_view flag, const std::string& word) {
  if (word != "yes" && word != "no")
    throw UsageError(std::string(flag) + ": '" + word + "' is neither yes nor no");
  return word == "yes";
}

/// True: the flag is ours and must not reach Google Benchmark.
bool take(std::string_view arg, Options& options) {
  if (arg == "--contend_list") {
    options.list = true;
  } else if (auto one = value_of(arg, "--contend_case=")) {
    options.only_case = std::move(one);
  } else if (const auto workers = value_of(arg, "--contend_workers=")) {
    options.workers = split(*workers);
  } else if (const auto name = value_of(arg, "--contend_placement=")) {
    options.placement = placement(*name);
  } else if (const auto unit = value_of(arg, "--contend_unit_ns=")) {
    options.unit_ns = number("--contend_unit_ns", *unit, 0.01, 1000.0);
  } else if (const auto waits = value_of(arg, "--contend_waits=")) {
    options.waits = yes_or_no("--contend_waits", *waits);
  } else if (const auto repetitions = value_of(arg, "--benchmark_repetitions=")) {
    options.repetitions = number("--benchmark_repetitions", *repetitions, 1U, most_repetitions);
  } else if (arg.starts_with("--contend_")) {
    throw UsageError("no such flag: " + std::string(arg) + "; --help lists them");
  } else {
    return false;
  }
  return true;
}

}  // namespace

const char* const options_help =
    "Flags of this suite, beside Google Benchmark's own (below):\n"
    "  --contend_list                print the cases as JSON and leave\n"
    "  --contend_case=NAME           only this case, by its whole name\n"
    "  --contend_workers=1,2,max     worker counts; max is the number of CPUs\n"
    "  --contend_placement=WHERE     compact, scatter, smt or none\n"
    "  --contend_unit_ns=F           length of a work unit; measured at start-up if not given\n"
    "  --contend_waits=no            no round of their own for waiting times\n"
    "  --benchmark_min_time=SECONDS  the length of a round\n"
    "  --benchmark_repetitions=N     every case N times, in turn, a row each and no aggregates\n"
    "Exit codes: 0 fine, 1 a case failed or the filter matched nothing, 2 usage.\n\n";

Options parse_options(int& argc, char** argv) {
  Options options;
  std::optional<std::string> round;
  if (const char* environment = std::getenv("BENCHMARK_MIN_TIME")) round = environment;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--help") options.help = true;
    if (const auto value = value_of(arg, "--benchmark_min_time=")) round = value;
    if (const auto filter = value_of(arg, "--benchmark_filter="))
      options.name_prefix = literal_prefix(*filter);
    if (!take(arg, options)) argv[kept++] = argv[i];
  }
  argc = kept;
  if (options.only_case) options.name_prefix = *options.only_case;
  if (round) options.round_seconds = number("--benchmark_min_time", *round, shortest_round, longest_round);
  return options;
}

std::vector<unsigned> worker_counts(const std::vector<std::string>& asked, unsigned cpus) {
  std::set<unsigned> counts;
  for (const std::string& count : asked) {
    counts.insert(count == "max" ? cpus : number("--contend_workers", count, 1U, most_workers));
  }
  if (asked.empty()) {
    for (unsigned count = 1; count < cpus; count *= 2) counts.insert(count);
    for (const unsigned times : {1, 2, 4}) counts.insert(times * cpus);
  }
  return {counts.begin(), counts.end()};
}

std::vector<unsigned> crowds(const std::vector<std::string>& asked, unsigned cpus) {
  if (!asked.empty()) return {};
  return {8 * cpus};
}

}  // namespace contend::benchmarks
