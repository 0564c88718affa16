#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "benchmarks/registry.h"

// Rust's locks live in bytes that are ours; see subjects/rust/src/lib.rs.
extern "C" {
void rust_std_mutex_init(void* lock);
void rust_std_mutex_lock(const void* lock);
bool rust_std_mutex_try_lock(const void* lock);
void rust_std_mutex_unlock(const void* lock);

void rust_parking_lot_mutex_init(void* lock);
void rust_parking_lot_mutex_lock(const void* lock);
bool rust_parking_lot_mutex_try_lock(const void* lock);
bool rust_parking_lot_mutex_try_lock_for(const void* lock, std::uint64_t nanoseconds);
void rust_parking_lot_mutex_unlock(const void* lock);

void rust_parking_lot_rwlock_init(void* lock);
void rust_parking_lot_rwlock_lock(const void* lock);
bool rust_parking_lot_rwlock_try_lock(const void* lock);
void rust_parking_lot_rwlock_unlock(const void* lock);
void rust_parking_lot_rwlock_lock_shared(const void* lock);
bool rust_parking_lot_rwlock_try_lock_shared(const void* lock);
void rust_parking_lot_rwlock_unlock_shared(const void* lock);
}

namespace contend::benchmarks {
namespace {

using workloads::Tier;

template <auto init_lock, auto lock_it, auto try_it, auto unlock_it>
class RustLock {
 public:
  RustLock() { init_lock(storage_); }
  RustLock(const RustLock&) = delete;
  RustLock& operator=(const RustLock&) = delete;

  void lock() { lock_it(storage_); }
  bool try_lock() { return try_it(storage_); }
  void unlock() { unlock_it(storage_); }

 protected:
  alignas(std::max_align_t) std::byte storage_[32];  // as large as lib.rs expects
};

using StdMutex =
    RustLock<rust_std_mutex_init, rust_std_mutex_lock, rust_std_mutex_try_lock, rust_std_mutex_unlock>;

class ParkingLotMutex : public RustLock<rust_parking_lot_mutex_init, rust_parking_lot_mutex_lock,
                                        rust_parking_lot_mutex_try_lock, rust_parking_lot_mutex_unlock> {
 public:
  bool try_lock_for(std::chrono::nanoseconds timeout) {
    const auto nanoseconds = std::max<std::chrono::nanoseconds::rep>(timeout.count(), 0);
    return rust_parking_lot_mutex_try_lock_for(storage_, static_cast<std::uint64_t>(nanoseconds));
  }
  bool try_lock_until(std::chrono::steady_clock::time_point deadline) {
    return try_lock_for(deadline - std::chrono::steady_clock::now());
  }
};

class ParkingLotRwLock : public RustLock<rust_parking_lot_rwlock_init, rust_parking_lot_rwlock_lock,
                                         rust_parking_lot_rwlock_try_lock, rust_parking_lot_rwlock_unlock> {
 public:
  void lock_shared() { rust_parking_lot_rwlock_lock_shared(storage_); }
  bool try_lock_shared() { return rust_parking_lot_rwlock_try_lock_shared(storage_); }
  void unlock_shared() { rust_parking_lot_rwlock_unlock_shared(storage_); }
};

Subject subject(const char* name) {
  return {.name = name,
          .note = "through C functions: a call and a return dearer than in Rust",
          .tier = Tier::full};
}

const SubjectFile file(SubjectFile::Kind::peer, "Rust", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.lock<StdMutex>(subject("rust::Mutex"));
  registry.lock<ParkingLotMutex>(subject("parking_lot::Mutex"));
  registry.lock<ParkingLotRwLock>(subject("parking_lot::RwLock"));
});

}  // namespace
}  // namespace contend::benchmarks
