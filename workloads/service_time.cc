#include "workloads/service_time.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string_view>

#include "workloads/io/item_checksum.h"

namespace contend::workloads {
namespace {

/// Above 0 and below 1; different for each id and stream.
double uniform(std::uint64_t id, std::uint64_t stream = 0) {
  const std::uint64_t bits = item_checksum(item_checksum(id) + stream) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

double lognormal(std::uint64_t id) {
  constexpr double sigma = 1;
  // G. Box and M. Muller (1958).
  const double normal =
      std::sqrt(-2 * std::log(uniform(id))) * std::cos(2 * std::numbers::pi * uniform(id, 1));
  return std::exp(sigma * normal - sigma * sigma / 2);
}

double pareto(std::uint64_t id) {
  constexpr double alpha = 1.5;
  constexpr double longest = 1000;  // relative to the shortest
  const double tail = std::pow(longest, -alpha);
  const double value = std::pow(1 - uniform(id) * (1 - tail), -1 / alpha);
  const double mean = alpha / (alpha - 1) * (1 - std::pow(longest, 1 - alpha)) / (1 - tail);
  return value / mean;
}

struct Distribution {
  std::string_view name;
  double (*factor)(std::uint64_t id);
};

constexpr std::array<Distribution, 6> distributions{{
    {"constant", [](std::uint64_t) { return 1.0; }},
    {"uniform", [](std::uint64_t id) { return 2 * uniform(id); }},
    {"exponential", [](std::uint64_t id) { return -std::log(uniform(id)); }},
    {"lognormal", lognormal},
    {"bimodal", [](std::uint64_t id) { return uniform(id) < 0.9 ? 0.5 : 5.5; }},
    {"pareto", pareto},
}};

}  // namespace

ServiceTimes::ServiceTimes(const std::string& name) {
  const auto* const found = std::ranges::find(distributions, name, &Distribution::name);
  if (found == distributions.end()) {
    std::string known;
    for (const Distribution& one : distributions)
      known += (known.empty() ? "" : ", ") + std::string(one.name);
    throw std::invalid_argument("there are no service times '" + name + "'; there are: " + known);
  }
  factor_ = found->factor;
}

std::vector<std::string> ServiceTimes::names() {
  std::vector<std::string> result;
  for (const Distribution& one : distributions) result.emplace_back(one.name);
  return result;
}

}  // namespace contend::workloads
