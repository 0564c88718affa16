#include "primitives/ticket_lock.h"

#include "primitives/testing/lock_suite.h"

namespace contend::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(TicketLock, LockSuite, TicketLock);
INSTANTIATE_TYPED_TEST_SUITE_P(TicketLock, TimedLockSuite, TicketLock);
INSTANTIATE_TYPED_TEST_SUITE_P(TicketLock, LockDestructionSuite, TicketLock);

}  // namespace contend::testing
