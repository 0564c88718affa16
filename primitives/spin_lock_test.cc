#include "primitives/spin_lock.h"

#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(SpinLock, LockSuite, SpinLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SpinLock, TimedLockSuite, SpinLock);
INSTANTIATE_TYPED_TEST_SUITE_P(SpinLock, LockDestructionSuite, SpinLock);

}  // namespace contend::testing
