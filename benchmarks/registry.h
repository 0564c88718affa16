#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "benchmarks/case.h"
#include "benchmarks/round_measurement.h"
#include "primitives/baton.h"
#include "primitives/concepts.h"
#include "workloads/arrivals/service.h"
#include "workloads/erased_executor.h"
#include "workloads/patterns/all.h"
#include "workloads/sync/all.h"

namespace contend::benchmarks {

template <class>
using NotBetweenProcesses = void;

/// Where subjects meet workloads: the product is made here, once. N subjects and M workloads are N + M files.
class Registry {
 public:
  /// Workloads that have crowds are registered with those worker counts too, for full runs. Subjects whose cases' names
  /// cannot begin with the prefix get none.
  Registry(std::string suite, std::vector<unsigned> worker_counts, std::vector<unsigned> crowds = {},
           std::string name_prefix = {});

  /// The second type, where there is one, is the form for teams of processes: it works in memory that they
  /// share.
  template <class L, class BetweenProcesses = void>
  void lock(Subject subject) {
    if (takes("lock", subject, workloads::is_null<L>))
      add_for_teams<L, BetweenProcesses>(subject, workloads::LockWorkloads{});
  }

  template <class Q, class BetweenProcesses = void>
  void queue(Subject subject) {
    using Workloads =
        std::conditional_t<workloads::is_null<Q>, workloads::NullQueueWorkloads, workloads::QueueWorkloads>;
    if (takes("queue", subject, workloads::is_null<Q>))
      add_for_teams<Q, BetweenProcesses>(subject, Workloads{});
  }

  /// A queue that can carry messages of any size.
  template <template <class> class Q, template <class> class BetweenProcesses = NotBetweenProcesses>
  void queue(Subject subject) {
    if (!takes("queue", subject, false)) return;
    add_message<Q, BetweenProcesses, std::uint64_t>(subject, workloads::QueueWorkloads{});
    add_message<Q, BetweenProcesses, workloads::Block<64>>(subject, workloads::PayloadWorkloads{});
    add_message<Q, BetweenProcesses, workloads::Block<1024>>(subject, workloads::PayloadWorkloads{});
  }

  /// A queue that is not first in, first out: Q::order says what it is.
  template <class Q>
  void ordered_queue(Subject subject) {
    if (takes("queue", subject, false)) add_for_teams<Q, void>(subject, workloads::OrderedWorkloads{});
  }

  /// Where it has a type Service, that one takes items that arrive one by one (ItemService). An AsyncExecutor
  /// gets the workloads whose items can be awaited: one that computes would hold up all others.
  template <class E>
  requires(Executor<E> || AsyncExecutor<E>) void executor(Subject subject) {
    if (!takes("executor", subject, workloads::is_null<E>)) return;
    add_executor(subject, workloads::make_executor<E>, AsyncExecutor<E>);
    if constexpr (requires { typename E::Service; }) {
      add_arrivals(subject, workloads::make_service<typename E::Service>, AsyncExecutor<E>);
    }
  }

  /// A set of objects with which the patterns are written.
  template <class Kit>
  void kit(Subject subject) {
    if (takes("pattern", subject, false)) {
      add_patterns(subject, workloads::patterns<Kit>(), workloads::operations<Kit>());
    }
  }

  /// What the threads of a convoy are under; null: nothing.
  using BatonFactory = std::function<std::shared_ptr<Baton>()>;
  void convoy(Subject subject, const BatonFactory& make);

  // The suite of the rest of threading, by the kind of object.
  template <CountingSemaphore S, class BetweenProcesses = void>
  void semaphore(const Subject& subject) {
    add_sync<S, BetweenProcesses>(subject, workloads::SemaphoreWorkloads{});
  }
  template <WaitableFlag F, class BetweenProcesses = void>
  void event(const Subject& subject) {
    add_sync<F, BetweenProcesses>(subject, workloads::EventWorkloads{});
  }
  template <Monitor M>
  void condition(const Subject& subject) {
    add_sync<M, void>(subject, workloads::ConditionWorkloads{});
  }
  template <CyclicBarrier B, class BetweenProcesses = void>
  void barrier(const Subject& subject) {
    add_sync<B, BetweenProcesses>(subject, workloads::BarrierWorkloads{});
  }
  template <OneTimeCall O>
  void once(const Subject& subject) {
    add_sync<O, void>(subject, workloads::OnceWorkloads{});
  }
  template <PerThreadNumber L>
  void local(const Subject& subject) {
    add_sync<L, void>(subject, workloads::LocalWorkloads{});
  }
  template <OneShotTimer T>
  void timer(const Subject& subject) {
    add_sync<T, void>(subject, workloads::TimerWorkloads{});
  }
  template <FuturePair F>
  void future(const Subject& subject) {
    add_sync<F, void>(subject, workloads::FutureWorkloads{});
  }
  template <RunningThread T>
  void thread(const Subject& subject) {
    add_sync<T, void>(subject, workloads::ThreadWorkloads{});
  }

  /// Subjects that are registered from now on come from this library.
  void from(std::string family, std::string version, bool peer);

  const std::vector<Subject>& subjects() const { return subjects_; }
  const std::vector<Case>& cases() const { return cases_; }

 private:
  template <class S, class BetweenProcesses, template <class> class... Workloads>
  void add_for_teams(const Subject& subject, workloads::WorkloadList<Workloads...>) {
    (add<Workloads<S>>(subject, workloads::TeamKind::threads), ...);
    if constexpr (!std::is_void_v<BetweenProcesses>) {
      (add<Workloads<BetweenProcesses>>(subject, workloads::TeamKind::processes), ...);
    }
  }

  template <template <class> class Q, template <class> class BetweenProcesses, class Message, class List>
  void add_message(const Subject& subject, List list) {
    add_for_teams<Q<Message>, BetweenProcesses<Message>>(subject, list);
  }

  /// Between processes only full runs look.
  template <class S, class BetweenProcesses, template <class> class... Workloads>
  void add_sync(Subject subject, workloads::WorkloadList<Workloads...> list) {
    if (!takes("sync", subject, false)) return;
    add_for_teams<S, void>(subject, list);
    subject.tier = workloads::Tier::full;
    if constexpr (!std::is_void_v<BetweenProcesses>) {
      (add<Workloads<BetweenProcesses>>(subject, workloads::TeamKind::processes), ...);
    }
  }

  template <class Workload>
  void add(const Subject& subject, workloads::TeamKind team) {
    if constexpr (workloads::fits<Workload>) {
      for (const workloads::Shape& shape : shapes_of<Workload>(team)) {
        add_rounds(subject, std::string(Workload::name), team, shape, Workload::has_waits,
                   workloads::ExperimentOf<Workload>::make);
      }
    }
  }

  template <class Workload>
  std::vector<workloads::Shape> shapes_of(workloads::TeamKind team) const {
    std::vector<workloads::Shape> shapes = Workload::shapes(worker_counts_);
    if constexpr (requires { Workload::tier_between_processes(workloads::Args{}); }) {
      if (team == workloads::TeamKind::processes) {
        for (workloads::Shape& shape : shapes) {
          shape.tier = std::max(shape.tier, Workload::tier_between_processes(shape.args));
        }
      }
    }
    if constexpr (requires { requires Workload::has_crowds; }) {
      for (workloads::Shape shape : Workload::shapes(crowds_)) {
        shape.tier = workloads::Tier::full;
        shapes.push_back(std::move(shape));
      }
    }
    return shapes;
  }

  bool takes(std::string_view suite, Subject& subject, bool null);
  void add_rounds(const Subject& subject, const std::string& workload, workloads::TeamKind team,
                  const workloads::Shape& shape, bool has_waits, ExperimentFactory make);
  void add_patterns(const Subject& subject, const std::vector<workloads::Pattern>& patterns,
                    const std::vector<workloads::Operation>& operations);
  void add_pattern_case(const Subject& subject, const std::string& workload, const workloads::Args& args,
                        unsigned rounds, std::function<Measurement(const RunSettings&)> measure);
  void add_executor(const Subject& subject, const workloads::ExecutorFactory& make, bool awaits);
  void add_arrivals(const Subject& subject, const workloads::ServiceFactory& make, bool awaits);

  std::string suite_;
  std::vector<unsigned> worker_counts_;
  std::vector<unsigned> crowds_;
  std::string name_prefix_;
  std::string family_;
  std::string version_;
  bool peer_ = false;
  std::vector<Subject> subjects_;
  std::vector<Case> cases_;
};

/// One for every file in subjects/, at namespace scope: the library that the file is about, and its
/// registrations.
class SubjectFile {
 public:
  using Register = void (*)(Registry&);
  enum class Kind { own, peer };

  SubjectFile(Kind kind, std::string family, std::string version, Register add);

  bool is_peer() const { return kind_ == Kind::peer; }
  const std::string& family() const { return family_; }
  const std::string& version() const { return version_; }
  void add_to(Registry& registry) const;

  /// All files that were linked in.
  static std::vector<SubjectFile>& all();

 private:
  Kind kind_;
  std::string family_;
  std::string version_;
  Register add_;
};

}  // namespace contend::benchmarks
