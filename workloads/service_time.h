#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace contend::workloads {

/// How long the items of a batch take, relative to their mean: drawn from a distribution by the item's id alone, so
/// that every executor gets the same items.
///
/// | name        | factors                                                                  |
/// |-------------|--------------------------------------------------------------------------|
/// | constant    | 1                                                                        |
/// | uniform     | 0 to 2                                                                   |
/// | exponential | many short, few long                                                     |
/// | lognormal   | sigma 1: a tail longer than exponential                                  |
/// | bimodal     | nine of ten take 0.5, the tenth 5.5                                      |
/// | pareto      | bounded, alpha 1.5, the longest 1,000 times the shortest: the heavy tail |
class ServiceTimes {
 public:
  /// Throws std::invalid_argument, with the names there are.
  explicit ServiceTimes(const std::string& name);

  double factor(std::uint64_t id) const { return factor_(id); }

  static std::vector<std::string> names();

 private:
  double (*factor_)(std::uint64_t id);
};

}  // namespace contend::workloads
