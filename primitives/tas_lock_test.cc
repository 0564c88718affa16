#include "primitives/tas_lock.h"

#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(TasLock, LockSuite, TasLock);
INSTANTIATE_TYPED_TEST_SUITE_P(TasLock, TimedLockSuite, TasLock);
INSTANTIATE_TYPED_TEST_SUITE_P(TasLock, LockDestructionSuite, TasLock);

}  // namespace contend::testing
