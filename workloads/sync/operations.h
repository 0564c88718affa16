#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contend::workloads {

/// What can be done with a kind of object. An operation is a type with a `name` and a call operator; one that does not
/// apply to every subject of the kind has a constant `applies_to<S>`; one that needs the object in a certain state has
/// `prepare(subject)`.
template <class... Operations>
struct OperationList {
  template <class S>
  static std::vector<std::string> names_for() {
    std::vector<std::string> names;
    (add<Operations, S>(names), ...);
    return names;
  }

  /// Calls body(operation) with the one of that name.
  template <class S, class Body>
  static void with(std::string_view name, Body body) {
    (try_one<Operations, S>(name, body), ...);
  }

 private:
  template <class Operation, class S>
  static constexpr bool applies() {
    if constexpr (requires { Operation::template applies_to<S>; }) return Operation::template applies_to<S>;
    return true;
  }

  template <class Operation, class S>
  static void add(std::vector<std::string>& names) {
    if constexpr (applies<Operation, S>()) names.emplace_back(Operation::name);
  }

  template <class Operation, class S, class Body>
  static void try_one(std::string_view name, Body& body) {
    if constexpr (applies<Operation, S>()) {
      if (Operation::name == name) body(Operation{});
    }
  }
};

}  // namespace contend::workloads
