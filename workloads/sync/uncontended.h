#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/sync/operations.h"

namespace contend::workloads {

/// One worker repeats one operation on an object that nobody else uses. `Kind` names the operations, makes the object,
/// and says whether it is afterwards as so many operations must have left it.
template <class S, class Kind>
class Uncontended {
  using Operations = typename Kind::Operations;

 public:
  using Subject = S;

  static constexpr std::string_view name = Kind::uncontended;
  static constexpr bool has_waits = false;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    std::vector<Shape> result;
    for (const std::string& operation : Operations::template names_for<S>())
      result.push_back({1, {{"op", operation}}, Tier::full});
    return result;
  }

  explicit Uncontended(const Setup& setup) : operation_(setup.args.text("op")) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    Operations::template with<S>(operation_, [&](auto operation) {
      if constexpr (requires { operation.prepare(subject_); }) operation.prepare(subject_);
      repeat(worker, operation);
      is_as_it_must_be_ = Kind::holds(subject_, operation, worker.operations());
    });
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& /*result*/) const {
    if (!is_as_it_must_be_)
      throw CheckFailed("after its operations the object is not as they must have left it");
  }

 private:
  template <class Operation>
  void repeat(Worker& worker, Operation& operation) {
    Tally tally(worker);
    do {
      operation(subject_);
      asm volatile("" ::: "memory");  // nothing is kept in registers from one operation to the next
    } while (tally.one());
  }

  alignas(2 * internal::cache_line_size) S subject_ = Kind::template make<S>();
  alignas(2 * internal::cache_line_size) const std::string operation_;
  bool is_as_it_must_be_ = false;
};

}  // namespace contend::workloads
