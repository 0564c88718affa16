#include "primitives/reciprocating_lock.h"

#include "primitives/testing/handle_suite.h"
#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(ReciprocatingLock, LockSuite, ReciprocatingLock);
INSTANTIATE_TYPED_TEST_SUITE_P(ReciprocatingLock, TimedLockSuite, ReciprocatingLock);
INSTANTIATE_TYPED_TEST_SUITE_P(ReciprocatingLock, LockDestructionSuite, ReciprocatingLock);
INSTANTIATE_TYPED_TEST_SUITE_P(ReciprocatingLock, HandleSuite, ReciprocatingLock);

}  // namespace contend::testing
