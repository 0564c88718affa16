#include "primitives/clh_lock.h"

#include "primitives/testing/handle_suite.h"
#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(ClhLock, LockSuite, ClhLock);
INSTANTIATE_TYPED_TEST_SUITE_P(ClhLock, TimedLockSuite, ClhLock);
INSTANTIATE_TYPED_TEST_SUITE_P(ClhLock, LockDestructionSuite, ClhLock);
INSTANTIATE_TYPED_TEST_SUITE_P(ClhLock, HandleSuite, ClhLock);

}  // namespace contend::testing
