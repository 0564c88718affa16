#include "benchmarks/listing.h"

#include <charconv>
#include <ostream>
#include <sstream>

#include <nlohmann/json.hpp>

namespace contend::benchmarks {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers as numbers, so that scripts need not guess.
Json value_of(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return text;
  if (number == static_cast<double>(static_cast<long long>(number))) return static_cast<long long>(number);
  return number;
}

Json json_of(const Case& one, const RunSettings& settings) {
  Json args = Json::object();
  for (const workloads::Arg& arg : one.args) args[arg.name] = value_of(arg.value);
  return {{"name", name_of(one)},
          {"suite", one.suite},
          {"workload", one.workload},
          {"subject", one.subject},
          {"team", one.team.empty() ? "none" : one.team},
          {"workers", one.workers},
          {"args", args},
          {"oversubscribed", one.workers > settings.cpu_count},
          {"quick", one.tier == workloads::Tier::quick},
          {"rounds", one.rounds}};
}

Json json_of(const Subject& subject) {
  return {{"name", subject.name}, {"family", subject.family},   {"peer", subject.peer},
          {"null", subject.null}, {"version", subject.version}, {"note", subject.note}};
}

/// The build names the libraries that it left out as family=why, separated by commas.
Json absent() {
  Json result = Json::array();
  std::istringstream entries(CONTEND_ABSENT);
  for (std::string entry; std::getline(entries, entry, ',');) {
    const std::size_t equals = entry.find('=');
    result.push_back({{"family", entry.substr(0, equals)}, {"why", entry.substr(equals + 1)}});
  }
  return result;
}

}  // namespace

void list(const Suite& suite, const RunSettings& settings, std::ostream& out) {
  Json cases = Json::array();
  for (const Case& one : suite.cases) cases.push_back(json_of(one, settings));
  Json subjects = Json::array();
  for (const Subject& subject : suite.subjects) subjects.push_back(json_of(subject));
  out << Json{{"suite", suite.name}, {"cases", cases}, {"subjects", subjects}, {"absent", absent()}}.dump(2)
      << '\n';
}

}  // namespace contend::benchmarks
