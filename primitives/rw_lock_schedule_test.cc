#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

#include "primitives/rw_lock.h"
#include "primitives/testing/schedule_scenarios.h"

namespace contend::testing {
namespace {

using SimRwLock = BasicRwLock<SimPlatform>;

/// Any number of readers, or one writer. Its own steps let others come in, if the lock lets them.
class ReadersOrAWriter {
 public:
  void read() {
    require(!writing_, "a reader beside a writer");
    ++reading_;
    SimPlatform::yield();
    --reading_;
  }
  void write() {
    require(!writing_ && reading_ == 0, "a writer beside another or a reader");
    writing_ = true;
    SimPlatform::yield();
    writing_ = false;
  }

 private:
  int reading_ = 0;
  bool writing_ = false;
};

template <class L>
struct GuardedSection {
  std::optional<L> lock{std::in_place};
  ReadersOrAWriter section;

  void read() {
    lock->lock_shared();
    section.read();
    lock->unlock_shared();
  }
  void write() {
    lock->lock();
    section.write();
    lock->unlock();
  }
};

template <class L>
Scenario readers_and_writers() {
  auto shared = std::make_shared<GuardedSection<L>>();
  auto reader = [shared] {
    for (int i = 0; i < 2; ++i) shared->read();
  };
  auto writer = [shared] {
    for (int i = 0; i < 2; ++i) shared->write();
  };
  auto check = [shared] { require(!shared->lock->is_locked(), "the lock was left locked"); };
  return {.threads = {reader, writer, reader, writer}, .check = check};
}

/// Time-outs of either kind beside those who wait for as long as it takes.
Scenario time_outs_among_waiters() {
  using std::chrono::hours;
  auto shared = std::make_shared<GuardedSection<SimRwLock>>();
  auto hasty_reader = [shared] {
    for (int i = 0; i < 2; ++i) {
      if (!shared->lock->try_lock_shared_for(hours(1))) continue;
      shared->section.read();
      shared->lock->unlock_shared();
    }
  };
  auto hasty_writer = [shared] {
    for (int i = 0; i < 2; ++i) {
      if (!shared->lock->try_lock_for(hours(1))) continue;
      shared->section.write();
      shared->lock->unlock();
    }
  };
  auto patient_reader = [shared] { shared->read(); };
  auto patient_writer = [shared] { shared->write(); };
  auto check = [shared] { require(!shared->lock->is_locked(), "the lock was left locked"); };
  return {.threads = {hasty_reader, hasty_writer, patient_reader, patient_writer}, .check = check};
}

/// A writer hands it to a reader who was waiting, and who destroys it: the writer must not look back.
Scenario destroyed_by_the_reader_that_was_let_in() {
  auto shared = std::make_shared<GuardedSection<SimRwLock>>();
  shared->lock->lock();
  auto writer = [shared] {
    shared->section.write();
    shared->lock->unlock();
  };
  auto reader = [shared] {
    shared->read();
    shared->lock.reset();
  };
  return {.threads = {writer, reader}};
}

/// Lets a reader in without a look at the writer.
struct OpenToReaders : SimRwLock {
  void lock_shared() noexcept {}
  void unlock_shared() noexcept {}
};

/// Never forgets a reader.
struct KeepsReaders : SimRwLock {
  void unlock_shared() {}
};

TEST(RwLockSchedule, KeepsWritersApartFromAll) { expect_held(readers_and_writers<SimRwLock>); }

TEST(RwLockSchedule, FindsAReaderBesideAWriterAndAReaderThatIsNotForgotten) {
  expect_found(readers_and_writers<OpenToReaders>);
  expect_found(readers_and_writers<KeepsReaders>);
}

TEST(RwLockSchedule, TimeOutsLeaveNothingBehind) { expect_held(time_outs_among_waiters); }

TEST(RwLockSchedule, WritersAloneAreALock) { expect_held(exclusion<SimRwLock>); }

TEST(RwLockSchedule, MayBeDestroyedByTheLastHolder) { expect_held(destroyed_by_the_last_holder<SimRwLock>); }

TEST(RwLockSchedule, MayBeDestroyedByAReaderThatWasLetIn) {
  expect_held(destroyed_by_the_reader_that_was_let_in);
}

TEST(RwLockSchedule, WriterTimeOutsRacingUnlocksLoseNothing) {
  expect_held(time_outs_racing_unlocks<SimRwLock>);
}

}  // namespace
}  // namespace contend::testing
