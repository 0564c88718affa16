"""The command in a fork of the test's own process: a process of its own, which need not import everything again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
import multiprocessing
import os
import subprocess
import sys
import tempfile
from typing import BinaryIO

_FORK = multiprocessing.get_context("fork")


def run(
    main: Callable[[Sequence[str]], int], words: Sequence[str], environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """As subprocess.run() of a program that ends with `sys.exit(main(words))`."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        child = _FORK.Process(target=_enter, args=(main, words, environment, stdout, stderr))
        child.start()
        child.join(timeout)
        if child.is_alive():
            child.kill()
            raise subprocess.TimeoutExpired(list(words), timeout)
        return subprocess.CompletedProcess(list(words), child.exitcode or 0, _text(stdout), _text(stderr))


def _enter(
    main: Callable[[Sequence[str]], int],
    words: Sequence[str],
    environment: Mapping[str, str],
    stdout: BinaryIO,
    stderr: BinaryIO,
) -> None:
    for file, number in ((stdout, 1), (stderr, 2)):
        os.dup2(file.fileno(), number)
    sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w", buffering=1)
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(words))


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode()
