#include "primitives/internal/lock_contention.h"

#include <pthread.h>

namespace contend::internal {

template class LockContention<ThreadPlatform>;

namespace {

// A forked child has none of its parent's waiters, and nobody to unlock a bucket.
[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { LockBuckets<ThreadPlatform>::forget_waiters(); });

}  // namespace
}  // namespace contend::internal
