#include "primitives/mcs_lock.h"

#include "primitives/testing/handle_suite.h"
#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(McsLock, LockSuite, McsLock);
INSTANTIATE_TYPED_TEST_SUITE_P(McsLock, TimedLockSuite, McsLock);
INSTANTIATE_TYPED_TEST_SUITE_P(McsLock, LockDestructionSuite, McsLock);
INSTANTIATE_TYPED_TEST_SUITE_P(McsLock, HandleSuite, McsLock);

}  // namespace contend::testing
