#pragma once

#include <cstdint>

namespace contend::internal {

/// The word of an RwLock: who holds it and who waits, with its rules. A value; every change is one
/// compare-exchange of the lock's.
///
/// | bits    | meaning                                                                                  |
/// |---------|------------------------------------------------------------------------------------------|
/// | holding | how many hold it shared                                                                  |
/// | waiting | how many wait to share it, because a writer was held or pending when they came           |
/// | held    | a writer holds it                                                                        |
/// | pending | a writer waits for those who hold it; whoever comes to share it from now on waits too    |
/// | *_sleep | the pending writer, or some of the waiting, may sleep in the kernel                      |
/// | phase   | flips when a writer's unlock makes the waiting holding, which is how they learn of it. One |
/// |         | bit is enough: the next writer holds it only when all of them have come and gone         |
///
/// | state        | comes to share it | writer first in line | last to share leaves | writer unlocks         |
/// |--------------|-------------------|----------------------|----------------------|------------------------|
/// | idle         | holding           | held                 | error                | error                  |
/// | holding      | holding           | pending              | idle                 | error                  |
/// | held         | waiting           | pending              | error                | waiting become holding |
/// | with pending | waiting           | held, once it can    | rouses the pending   | waiting become holding |
class RwState {
 public:
  static constexpr std::uint32_t most = (1U << 13) - 1;  // to hold it shared, or to wait for that

  constexpr explicit RwState(std::uint32_t bits) : bits_(bits) {}
  constexpr std::uint32_t bits() const { return bits_; }

  constexpr std::uint32_t holding() const { return bits_ & most; }
  constexpr std::uint32_t waiting() const { return (bits_ / one_waiting) & most; }
  constexpr bool is_held() const { return (bits_ & held) != 0; }
  constexpr bool is_pending() const { return (bits_ & pending) != 0; }
  constexpr bool is_idle() const { return (bits_ & ~phase) == 0; }
  constexpr bool admits_sharing() const { return (bits_ & (held | pending)) == 0; }
  constexpr bool admits_first_writer() const { return !is_held() && holding() == 0; }
  constexpr bool is_full() const { return holding() + waiting() >= most; }
  constexpr bool writer_sleeps() const { return (bits_ & writer_sleep) != 0; }
  constexpr bool sharers_sleep() const { return (bits_ & sharers_sleep_bit) != 0; }
  constexpr bool is_same_phase(RwState other) const { return ((bits_ ^ other.bits_) & phase) == 0; }

  constexpr RwState with_holding() const { return RwState(bits_ + 1); }
  constexpr RwState with_waiting() const { return RwState(bits_ + one_waiting); }
  constexpr RwState with_held() const { return RwState((bits_ & ~(pending | writer_sleep)) | held); }
  constexpr RwState with_pending() const { return RwState(bits_ | pending); }
  constexpr RwState with_writer_asleep() const { return RwState(bits_ | writer_sleep); }
  constexpr RwState with_sharers_asleep() const { return RwState(bits_ | sharers_sleep_bit); }

  /// After the writer's unlock. Who waits to share goes first, so that writers cannot keep them out.
  constexpr RwState without_held() const {
    const RwState left(bits_ & ~held);
    return left.waiting() != 0 ? left.with_waiting_admitted() : left.with_writer_roused();
  }
  /// After an unlock of one who shared it.
  constexpr RwState without_one_holding() const {
    const RwState left(bits_ - 1);
    return left.holding() == 0 ? left.with_writer_roused() : left;
  }
  /// After the pending writer gave up. Those who wait are roused and go by themselves where they can; the
  /// phase must not flip here, because one who was admitted before and has not looked yet would find it as it
  /// was.
  constexpr RwState without_pending() const {
    const RwState left(bits_ & ~(pending | writer_sleep));
    return left.is_held() ? left : left.with_sharers_roused();
  }
  /// After one of the waiting found nobody in its way.
  constexpr RwState with_waiting_holding() const { return without_one_waiting().with_holding(); }
  /// After one of the waiting gave up.
  constexpr RwState without_one_waiting() const {
    const RwState left(bits_ - one_waiting);
    return left.waiting() == 0 ? left.with_sharers_roused() : left;
  }

 private:
  static constexpr std::uint32_t one_waiting = most + 1;
  static constexpr std::uint32_t held = 1U << 26;
  static constexpr std::uint32_t pending = 1U << 27;
  static constexpr std::uint32_t writer_sleep = 1U << 28;
  static constexpr std::uint32_t sharers_sleep_bit = 1U << 29;
  static constexpr std::uint32_t phase = 1U << 30;

  constexpr RwState with_waiting_admitted() const {
    if (waiting() == 0) return *this;
    const std::uint32_t rest = bits_ & ~(most * one_waiting | sharers_sleep_bit);
    return RwState((rest ^ phase) + waiting());
  }
  constexpr RwState with_sharers_roused() const { return RwState(bits_ & ~sharers_sleep_bit); }
  constexpr RwState with_writer_roused() const { return RwState(bits_ & ~writer_sleep); }

  std::uint32_t bits_;
};

}  // namespace contend::internal
