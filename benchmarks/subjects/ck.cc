#include <ck_pr.h>
#include <spinlock/dec.h>
#include <spinlock/fas.h>
#include <spinlock/ticket.h>

#include <memory>

/// The queue locks are C: they assign the result of this function, a void*, to typed pointers. With arguments of a type
/// it returns that type, which makes their headers C++.
template <class T>
inline T* ck_pr_fas_ptr(T** target, T* value) {
  return static_cast<T*>(ck_pr_fas_ptr(static_cast<void*>(target), static_cast<void*>(value)));
}

#include <spinlock/clh.h>
#include <spinlock/mcs.h>

#include "benchmarks/registry.h"
#include "workloads/execution/placement.h"

namespace contend::benchmarks {
namespace {

using workloads::Tier;

template <class Lock, auto init_lock, auto lock_it, auto try_it, auto unlock_it>
class WordLock {
 public:
  WordLock() { init_lock(&lock_); }
  WordLock(const WordLock&) = delete;
  WordLock& operator=(const WordLock&) = delete;

  void lock() { lock_it(&lock_); }
  bool try_lock() { return try_it(&lock_); }
  void unlock() { unlock_it(&lock_); }

 private:
  Lock lock_;
};

using CkFas = WordLock<ck_spinlock_fas_t, ck_spinlock_fas_init, ck_spinlock_fas_lock, ck_spinlock_fas_trylock,
                       ck_spinlock_fas_unlock>;
using CkDec = WordLock<ck_spinlock_dec_t, ck_spinlock_dec_init, ck_spinlock_dec_lock, ck_spinlock_dec_trylock,
                       ck_spinlock_dec_unlock>;
using CkTicket = WordLock<ck_spinlock_ticket_t, ck_spinlock_ticket_init, ck_spinlock_ticket_lock,
                          ck_spinlock_ticket_trylock, ck_spinlock_ticket_unlock>;

class CkMcs {
 public:
  class Handle {
   public:
    explicit Handle(CkMcs& lock) : queue_(&lock.queue_) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    void lock() { ck_spinlock_mcs_lock(queue_, &node_); }
    bool try_lock() { return ck_spinlock_mcs_trylock(queue_, &node_); }
    void unlock() { ck_spinlock_mcs_unlock(queue_, &node_); }

   private:
    ck_spinlock_mcs_t* queue_;
    alignas(2 * internal::cache_line_size) ck_spinlock_mcs_context_t node_{};
  };

 private:
  ck_spinlock_mcs_t queue_ = CK_SPINLOCK_MCS_INITIALIZER;
};

/// A worker leaves with its predecessor's node, so nodes change hands; the lock keeps the last one.
class CkClh {
  struct alignas(2 * internal::cache_line_size) Node : ck_spinlock_clh_t {};

 public:
  class Handle {
   public:
    explicit Handle(CkClh& lock) : queue_(&lock.queue_), node_(new Node) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { delete static_cast<Node*>(node_); }

    void lock() { ck_spinlock_clh_lock(queue_, node_); }
    bool try_lock() {
      if (ck_spinlock_clh_locked(queue_)) return false;
      lock();
      return true;
    }
    void unlock() { ck_spinlock_clh_unlock(&node_); }

   private:
    ck_spinlock_clh_t** queue_;
    ck_spinlock_clh_t* node_;
  };

  CkClh() { ck_spinlock_clh_init(&queue_, new Node); }
  CkClh(const CkClh&) = delete;
  CkClh& operator=(const CkClh&) = delete;
  ~CkClh() { delete static_cast<Node*>(queue_); }

 private:
  ck_spinlock_clh_t* queue_ = nullptr;
};

/// First come, first served, and never off the CPU: a waiter whose turn comes while it is descheduled holds up all.
Subject fifo(const char* name) {
  return {.name = name,
          .most_workers = workloads::Topology::of_this_machine().cpu_count(),
          .note = "waiters never yield: not measured oversubscribed, where each hand-off takes a time slice",
          .tier = Tier::full};
}

const SubjectFile file(SubjectFile::Kind::peer, "Concurrency Kit", CONTEND_SUBJECT_VERSION,
                       [](Registry& registry) {
                         registry.lock<CkFas>({.name = "ck_spinlock_fas", .tier = Tier::full});
                         registry.lock<CkDec>({.name = "ck_spinlock_dec", .tier = Tier::full});
                         registry.lock<CkTicket>(fifo("ck_spinlock_ticket"));
                         registry.lock<CkMcs>(fifo("ck_spinlock_mcs"));
                         registry.lock<CkClh>(fifo("ck_spinlock_clh"));
                       });

}  // namespace
}  // namespace contend::benchmarks
