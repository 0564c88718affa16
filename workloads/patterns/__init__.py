"""What tutorials on threads show, as small programs that check themselves; each has its C++ form beside it."""

import importlib

# Each is a module with a function run(), which raises AssertionError where the outcome is wrong.
PATTERNS = (
    "shared_counter",
    "nested_rlock",
    "rlock_counter",
    "limited_entry",
    "event_controller",
    "condition_handover",
    "queue_sentinel",
    "bounded_queue",
    "queue_join",
    "thread_local_values",
    "ordered_accounts",
    "deadlock_detected",
    "rolled_back",
    "singleton",
    "pool_squares",
    "pool_sleepers",
    "timer_cancelled",
    "barrier_start",
    "daemon_at_exit",
    "pool_exception",
)


def function(name):
    """The run() of a pattern."""
    return importlib.import_module("patterns." + name).run


def run_threads(*targets):
    """Starts a thread for each function, and joins them."""
    from threading import Thread

    threads = [Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
