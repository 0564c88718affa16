"""Exit codes, and the error that ends a command with a message in place of a traceback."""

from enum import IntEnum


class Exit(IntEnum):
    """What the command's exit code says."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REGRESSION = 3
    INCONCLUSIVE = 4
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "fine",
    Exit.FAILED: "a tool or a benchmark failed, or nothing matched",
    Exit.USAGE: "usage",
    Exit.REGRESSION: "regression",
    Exit.INCONCLUSIVE: "inconclusive or incompatible",
    Exit.INTERRUPTED: "interrupted; what was measured is kept and can be resumed",
}


class ContendError(Exception):
    """Says what was wrong, where, and what to do; carries the exit code."""

    def __init__(self, message: str, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
