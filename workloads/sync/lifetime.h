#pragma once

#include <malloc.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "workloads/experiment.h"

namespace contend::workloads {

/// One worker makes an object and destroys it, again and again. Tells what an object takes: its own bytes, and those
/// that it has on the heap. That it is usable is checked on the last one.
template <class S, class Kind>
class Lifetime {
 public:
  using Subject = S;

  static constexpr std::string_view name = Kind::lifetime;
  static constexpr bool has_waits = false;

  static std::vector<Shape> shapes(std::span<const unsigned> /*worker_counts*/) {
    return {{1, {}, Tier::full}};
  }

  explicit Lifetime(const Setup& /*setup*/) {}

  template <class Probe>
  void run(Worker& worker, Probe /*probe*/) {
    {
      Tally tally(worker);
      do {
        Place place;
        asm volatile("" : : "r"(&place.make()) : "memory");
      } while (tally.one());
    }
    heap_bytes_ = heap_bytes_of_one();
    Place last;
    is_usable_ = Kind::is_usable(last.make());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& /*result*/) const {
    if (!is_usable_) throw CheckFailed("a fresh object does not do what it is for");
  }

  void add_details(const RoundResult& /*result*/, Details& details) const {
    details["object_bytes"] = sizeof(S);
    details["heap_bytes"] = heap_bytes_;
  }

 private:
  /// Room for one object, which is destroyed with it.
  class Place {
   public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      if (made_ != nullptr) made_->~S();
    }
    S& make() { return *(made_ = ::new (static_cast<void*>(room_)) S(Kind::template make<S>())); }

   private:
    alignas(S) std::byte room_[sizeof(S)];
    S* made_ = nullptr;
  };

  /// As the allocator counts them, its own overhead included; 0 under sanitizers, whose allocators do not tell.
  static double heap_bytes_of_one() {
    constexpr std::size_t count = 64;
    const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
    const double before = in_use();
    std::array<Place, count> objects;
    for (Place& place : objects) place.make();
    return (in_use() - before) / count;
  }

  double heap_bytes_ = 0;
  bool is_usable_ = false;
};

}  // namespace contend::workloads
