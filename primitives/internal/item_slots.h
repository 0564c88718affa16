#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "primitives/internal/cache_line.h"
#include "primitives/internal/platform.h"
#include "primitives/internal/shared_memory.h"

namespace contend::internal {

/// A ring of slots in shared memory through which one parent gives items to workers that may die at any
/// moment, and gets the results back. There is no lock, so no dead worker can hold one: who owns a slot is
/// one word, changed by one compare-and-swap, and each item is at every moment either in the queue, with a
/// named worker, or finished.
///
/// Items have positions 0, 1, 2, ...; position p lives in slot p % capacity. The state word of a slot:
///
///   | bits 63..20   | bits 19..4 | bit 3   | bits 2..0                                        |
///   | position      | owner      | watched | phase                                            |
///
///   | phase   | from            | by                        | owner | value                      |
///   | free    | start           |                           |       |                            |
///   | queued  | any final, free | parent, one lap later     |       |                            |
///   | claimed | queued          | the worker named as owner | yes   |                            |
///   | done    | claimed         | its owner                 |       | the result                 |
///   | failed  | claimed         | its owner                 |       | (the text says why)        |
///   | lost    | claimed         | parent, owner is dead     | yes   | how the owner died         |
///
/// done, failed and lost are final. `watched` is set by a parent that goes to sleep until this slot is final,
/// and obliges the one who makes it final to wake it. The position tells the laps apart, so a worker that
/// read an old word cannot claim what has since been reused; it wraps after 2^44 items, which no worker
/// sleeps through.
///
/// Orders: everything is seq_cst except where it is said. A slot's plain fields belong to the parent until
/// `queued` and to the owner while `claimed`; the state word passes them on.
template <class P = SharedPlatform>
class ItemSlots {
 public:
  using Position = std::uint64_t;
  enum class Phase : std::uint64_t { free, queued, claimed, done, failed, lost };

  static constexpr std::size_t text_size = 256;

  /// `capacity` is a power of two, at least 2.
  explicit ItemSlots(std::size_t capacity)
      : mask_(capacity - 1), slots_(capacity), texts_(capacity), control_(1) {
    for (Position position = 0; position < capacity; ++position) {
      slot(position).state.store(pack(position - capacity, Phase::free));
    }
  }

  std::size_t capacity() const { return mask_ + 1; }

  /// @name For the parent
  /// @{

  /// Positions must come in order, each when the one a lap earlier is final and has been read.
  void publish(Position position, std::uint64_t id) {
    slot(position).id = id;
    slot(position).state.store(pack(position, Phase::queued));
  }

  /// Whether something that was published is unclaimed.
  bool has_queued() const {
    // Relaxed: see head.
    for (Position at = control_[0].head.load(std::memory_order_relaxed);; ++at) {
      const std::uint64_t state = slot(at).state.load();
      if (is_queued(state, at)) return true;
      if (is_unpublished(state, at)) return false;
    }
  }

  bool is_final(Position position) const { return is_final_state(slot(position).state.load()); }
  Phase phase(Position position) const { return phase_of(slot(position).state.load()); }
  std::uint64_t value(Position position) const { return slot(position).value; }
  std::string text(Position position) const { return texts_[position & mask_].characters; }

  /// Sleeps until the position is final (true), or until interrupt() was called and `give_up()` holds
  /// (false).
  template <class GiveUp>
  bool sleep_until_final(Position position, GiveUp give_up) {
    for (;;) {
      // Read before the state: a change after it makes the wait return at once.
      const std::uint32_t seen = control_[0].finished.load();
      if (!watch(position)) return true;
      if (give_up()) return false;
      P::wait(control_[0].finished, seen);
    }
  }

  /// Makes a sleeping sleep_until_final() look again.
  void interrupt() {
    control_[0].finished.fetch_add(1);
    P::wake(control_[0].finished, 1);
  }

  /// What `owner`, which has died, had claimed becomes lost. Returns whether there was something. The caller
  /// wakes the parent in any case: the owner may have died between its last change of a state and the
  /// wake-up.
  bool mark_lost(unsigned owner, std::uint64_t how) {
    for (Slot& each : slots_) {
      std::uint64_t state = each.state.load();
      if (phase_of(state) != Phase::claimed || owner_of(state) != owner) continue;
      each.value = how;
      // Only the watched bit can change under us.
      while (!each.state.compare_exchange_weak(state, with_phase(state, Phase::lost))) {
      }
      return true;
    }
    return false;
  }
  /// @}

  /// @name For the workers
  /// @{

  /// The first position that is published and unclaimed, if there is one; the item's function must now be
  /// called with id() of it. Lock-free: a failed attempt means that another worker has claimed.
  std::optional<Position> try_claim(unsigned owner) {
    for (;;) {
      // Relaxed: see head.
      Position at = control_[0].head.load(std::memory_order_relaxed);
      std::uint64_t state = slot(at).state.load();
      if (is_unpublished(state, at)) return std::nullopt;
      bool mine = false;
      // Fails without another's claim where the parent begins to watch: then it is still queued.
      while (is_queued(state, at) && !mine) {
        mine =
            slot(at).state.compare_exchange_weak(state, with_owner(with_phase(state, Phase::claimed), owner));
      }
      // Whoever claimed it, the head goes on; a claimer that died before this step does not hold up the
      // others.
      Position expected = at;
      control_[0].head.compare_exchange_strong(expected, at + 1, std::memory_order_relaxed);
      if (mine) return at;
    }
  }

  std::uint64_t id(Position position) const { return slot(position).id; }

  void finish(Position position, std::uint64_t result) {
    slot(position).value = result;
    make_final(position, Phase::done);
  }

  /// Keeps the first text_size - 1 characters of the text.
  void fail(Position position, std::string_view text) noexcept {
    char* characters = texts_[position & mask_].characters;
    const std::size_t kept = std::min(text.size(), text_size - 1);
    std::memcpy(characters, text.data(), kept);
    characters[kept] = '\0';
    make_final(position, Phase::failed);
  }
  /// @}

 private:
  static constexpr int owner_shift = 4;
  static constexpr int position_shift = 20;
  static constexpr std::uint64_t phase_mask = 7;
  static constexpr std::uint64_t watched = 8;
  static constexpr std::uint64_t owner_mask = 0xffff;

  struct alignas(cache_line_size) Slot {
    typename P::template Atomic<std::uint64_t> state;
    std::uint64_t id;
    std::uint64_t value;
  };
  struct Text {
    char characters[text_size];
  };
  struct Control {
    // Where to look first: no unclaimed position is before it. Only a hint, hence relaxed throughout: a claim
    // is decided by the slot's state, and a head that is behind is moved on by whoever meets it.
    alignas(cache_line_size) typename P::template Atomic<Position> head;
    // Changes whenever a sleeping parent must look again.
    alignas(cache_line_size) typename P::Word finished;
  };

  static constexpr std::uint64_t pack(Position position, Phase phase) {
    return (position << position_shift) | static_cast<std::uint64_t>(phase);
  }
  static constexpr Phase phase_of(std::uint64_t state) { return static_cast<Phase>(state & phase_mask); }
  static constexpr unsigned owner_of(std::uint64_t state) {
    return static_cast<unsigned>((state >> owner_shift) & owner_mask);
  }
  static constexpr std::uint64_t with_phase(std::uint64_t state, Phase phase) {
    return (state & ~phase_mask) | static_cast<std::uint64_t>(phase);
  }
  static constexpr std::uint64_t with_owner(std::uint64_t state, unsigned owner) {
    return state | (std::uint64_t{owner} << owner_shift);
  }
  static constexpr bool is_final_state(std::uint64_t state) { return phase_of(state) >= Phase::done; }
  static constexpr bool is_queued(std::uint64_t state, Position position) {
    return (state & ~watched) == pack(position, Phase::queued);
  }
  bool is_unpublished(std::uint64_t state, Position position) const {
    return state >> position_shift == pack(position - capacity(), Phase::free) >> position_shift;
  }

  Slot& slot(Position position) { return slots_[position & mask_]; }
  const Slot& slot(Position position) const { return slots_[position & mask_]; }

  /// Whether the position still is to become final; then who makes it so will wake us.
  bool watch(Position position) {
    std::uint64_t state = slot(position).state.load();
    while (!is_final_state(state)) {
      if ((state & watched) != 0) return true;
      if (slot(position).state.compare_exchange_weak(state, state | watched)) return true;
    }
    return false;
  }

  void make_final(Position position, Phase phase) {
    // Once it is final the parent may reuse the slot: only what the exchange returned may be looked at.
    const std::uint64_t before = slot(position).state.exchange(pack(position, phase));
    if ((before & watched) != 0) interrupt();
  }

  const std::size_t mask_;
  SharedArray<Slot> slots_;
  SharedArray<Text> texts_;
  SharedArray<Control> control_;
};

}  // namespace contend::internal
