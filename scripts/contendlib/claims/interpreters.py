"""The Python interpreters of this machine, and how each is started as if it were a benchmark binary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import json
import os
from pathlib import Path
import re
import shlex
import shutil
import signal
import subprocess
import sys

from contendlib.cases import binary
from contendlib.exits import ContendError, Exit
from contendlib.paths import ROOT, shown

OLDEST = (3, 8)
MOST_BY_DEFAULT = 2
_PROGRAM = ROOT / "workloads" / "python"
_NAME = re.compile(r"(python3(\.\d+)?t?|pypy3(\.\d+)?)$")
_FREE = "t"
_PROBE_LIMIT_S = 10.0
_PROBE = """
import queue, socket, threading, _multiprocessing  # a build may lack them
import json, platform, sys, sysconfig
print(json.dumps({
    "executable": sys.executable,
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    executable: str
    implementation: str
    version: str
    free_threaded: bool

    @property
    def label(self) -> str:
        """Its suite: CPython-3.11.2, CPython-3.13.0t."""
        return f"{self.implementation}-{self.version}{_FREE if self.free_threaded else ''}"


@dataclass(frozen=True)
class Found:
    """Those to measure, and why others are not."""

    chosen: list[Interpreter]
    notes: list[str]


def has_lock(label: str) -> bool:
    """Whether the interpreter of this label has a global lock."""
    return not label.endswith(_FREE)


def find(names: Sequence[str] | None) -> Found:
    """Those named; or, of those on this machine, the first on PATH and the one that differs most from it."""
    by_label: dict[str, Interpreter] = {}
    working: set[str] = set()
    useless: dict[str, str] = {}  # of each name, why
    for word in names or [*_on_machine(), sys.executable]:
        found = _probe(word)
        if isinstance(found, Interpreter):
            by_label.setdefault(found.label, found)
            working.add(Path(word).name)
        elif names:
            raise ContendError(f"--pythons: {word}: {found}", Exit.USAGE)
        else:
            useless[Path(word).name] = found  # a launcher before it may say less
    notes = [f"not measured: {name}: {why}" for name, why in useless.items() if name not in working]
    chosen = list(by_label.values())
    if not names and len(chosen) > MOST_BY_DEFAULT:
        first = chosen[0]
        chosen.sort(key=lambda one: (one is not first, *_sameness(one, first)))
        left_out = ", ".join(one.label for one in chosen[MOST_BY_DEFAULT:])
        notes.append(f"not measured, to stay quick: {left_out}; --pythons names those to measure")
        chosen = chosen[:MOST_BY_DEFAULT]
    if not names and len(chosen) == 1:
        notes.append("one interpreter was found; --pythons names others")
    if all(has_lock(one.label) for one in chosen):
        notes.append("no free-threaded Python was measured: none was found or named")
    return Found(chosen, notes)


def install(interpreters: Iterable[Interpreter], folder: Path) -> None:
    """Puts a launcher for each beside the benchmark binaries: it takes their flags and writes their JSON."""
    for one in interpreters:
        words = [
            one.executable,
            *("-B", "-s", "-E", "-W", "ignore"),
            str(_PROGRAM),
            f"--contend_suite={one.label}",
            f"--contend_delay_server={folder / 'delay_server'}",
        ]
        path = binary(folder, one.label)
        try:
            path.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
            path.chmod(0o755)
        except OSError as failure:
            raise ContendError(f"{shown(path)}: cannot be written: {failure.strerror}") from failure


def _sameness(one: Interpreter, first: Interpreter) -> tuple[bool, bool, tuple[int, ...]]:
    """Sorts those that differ most first: without a lock, another implementation, the oldest."""
    return not one.free_threaded, one.implementation == first.implementation, _numbers(one.version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _on_machine() -> list[str]:
    """Every interpreter on PATH, in its order; `python3` before the others of its folder. Then those of pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = os.environ.get("PATH", "").split(os.pathsep)
    found = []
    for folder in [*folders, *map(str, sorted(pyenv.glob("versions/*/bin")))]:
        try:
            names = sorted(name for name in os.listdir(folder or ".") if _NAME.fullmatch(name))
        except OSError:
            continue
        found += [os.path.join(folder, name) for name in names]
    return found


def _probe(word: str) -> Interpreter | str:
    """The interpreter behind a name or a path, or why it is none that can be measured."""
    path = shutil.which(word)
    if path is None:
        return "there is no such program; give names on PATH or paths, separated by commas"
    try:
        code, answer, error = _asked([path, "-s", "-E", "-c", _PROBE])
        if code is None:
            return f"gave no answer within {_PROBE_LIMIT_S:g} s"
        if code:
            return f"ended with exit code {code}: {error or 'it said nothing'}"
        found = Interpreter(**json.loads(answer))
    except (OSError, ValueError, TypeError):
        return "does not run as an interpreter"
    if _numbers(found.version) < OLDEST:
        return f"is {found.version}; the program needs {OLDEST[0]}.{OLDEST[1]} or newer"
    return found


def _asked(words: Sequence[str]) -> tuple[int | None, str, str]:
    """The exit code of a program (None: it hung, and was killed with what it had started), its output and the last line of
    its errors."""
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        try:
            output, errors = started.communicate(timeout=_PROBE_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            return None, "", ""
    return started.returncode, output, (errors.strip().splitlines() or [""])[-1]
