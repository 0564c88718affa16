"""Runs one process with a time limit and leaves none of its descendants behind, whatever happens."""

from collections.abc import Callable, Iterable, Sequence
import ctypes
from dataclasses import dataclass
from functools import partial
import os
from pathlib import Path
import select
import signal
import socket
import subprocess
import time
from types import FrameType

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None, use_errno=True)

_TAIL_BYTES = 16_384
_GRACE_S = 0.5
_KILL_LIMIT_S = 5.0

OutputSink = Callable[[bytes], object]


class Interrupted(KeyboardInterrupt):
    """A signal asked us to stop; the process that was running has been ended with all its descendants."""


class Interrupts:
    """While entered, SIGINT, SIGTERM and SIGHUP raise nothing but set `pending` and make fileno() readable.

    So they are acted upon where the state is whole. A signal that was ignored before (nohup) stays ignored.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.pending = False

    def __enter__(self) -> "Interrupts":
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._previous = {
            number: signal.signal(number, self._note)
            for number in self._SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_fd)
        self._reader.close()
        self._writer.close()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.pending = True

    def fileno(self) -> int:
        """Readable from the first signal on."""
        return self._reader.fileno()

    def check(self) -> None:
        """Raises Interrupted if a signal came."""
        if self.pending:
            raise Interrupted


@dataclass(frozen=True)
class Outcome:
    """How a process ended."""

    returncode: int
    seconds: float
    timed_out: bool
    left_behind: int  # descendants that outlived it and were ended
    tail: str  # the last of what it wrote


def run(
    command: Sequence[str],
    interrupts: Interrupts,
    *,
    limit: float | None = None,
    cpus: Iterable[int] | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    stdout: int | None = subprocess.DEVNULL,
    sink: OutputSink | None = None,
) -> Outcome:
    """Runs the command in a session of its own until it ends, `limit` seconds have passed or a signal comes.

    Its stderr (and stdout, with stdout=subprocess.STDOUT) goes to `sink` as it comes, and its end into the outcome;
    stdout=None lets it write to ours. Raises Interrupted on a signal, OSError where it cannot be started.
    """
    merged = stdout == subprocess.STDOUT
    start = time.monotonic()
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if merged else stdout,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        start_new_session=True,
        preexec_fn=partial(_enter_child, None if cpus is None else frozenset(cpus), os.getpid()),
    )
    pipe = process.stdout if merged else process.stderr
    assert pipe is not None
    with pipe:
        output = _Output(pipe.fileno(), sink)
        ended = False
        try:
            ended = _wait(process, output, interrupts, None if limit is None else start + limit)
            seconds = time.monotonic() - start
        finally:
            left_behind = _end_tree(process, grace=_GRACE_S if ended else 0.0)
        output.drain()
    interrupts.check()
    return Outcome(process.returncode, seconds, not ended, left_behind if ended else 0, output.tail())


def _enter_child(cpus: frozenset[int] | None, parent: int) -> None:
    """Between fork and exec: dies with us, and is bound to its CPUs."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    if cpus is not None:
        os.sched_setaffinity(0, cpus)


class _Output:
    """Reads a pipe without blocking, hands on what comes and keeps the end of it."""

    def __init__(self, fd: int, sink: OutputSink | None) -> None:
        self.fd = fd
        self.open = True
        self._sink = sink
        self._kept = b""
        os.set_blocking(fd, False)

    def read(self) -> bool:
        """Reads once; False where there is nothing (more)."""
        try:
            data = os.read(self.fd, 65_536)
        except BlockingIOError:
            return False
        if not data:
            self.open = False
            return False
        self._kept = (self._kept + data)[-_TAIL_BYTES:]
        if self._sink:
            self._sink(data)
        return True

    def drain(self) -> None:
        while self.open and self.read():
            pass

    def tail(self) -> str:
        return self._kept.decode(errors="replace")


def _wait(
    process: subprocess.Popen[bytes], output: _Output, interrupts: Interrupts, deadline: float | None
) -> bool:
    """Until the process ends (True), or the deadline passes or a signal comes (False). Does not reap it."""
    pidfd = os.pidfd_open(process.pid)
    try:
        poller = select.poll()
        for fd in (pidfd, output.fd, interrupts.fileno()):
            poller.register(fd, select.POLLIN)
        while True:
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                return False
            ready = {fd for fd, _ in poller.poll(None if remaining is None else remaining * 1000 + 1)}
            if pidfd in ready:
                return True
            if interrupts.pending:
                return False
            if output.fd in ready:
                output.read()
                if not output.open:
                    poller.unregister(output.fd)
    finally:
        os.close(pidfd)


def _end_tree(leader: subprocess.Popen[bytes], grace: float) -> int:
    """Ends what is left of the leader's group and every descendant; returns how many outlived the leader.

    The leader is reaped last, so that its id cannot be anybody else's meanwhile. Orphans, in whatever session, are
    re-parented to us as the subreaper, so that our children are all there is to end.
    """
    if not grace:
        os.killpg(leader.pid, signal.SIGKILL)
    orphans_may_live_until = time.monotonic() + grace
    give_up = orphans_may_live_until + _KILL_LIMIT_S
    killed: set[int] = set()
    while time.monotonic() < give_up:
        orphans = _living_children(leader.pid)
        if not orphans:
            break
        if time.monotonic() >= orphans_may_live_until:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
            killed |= orphans
        time.sleep(0.002)
    leader.wait()
    return len(killed)


def _living_children(leader: int) -> set[int]:
    """Our children but for the leader; the dead ones are reaped on the way. A leader that still runs is one too."""
    living: set[int] = set()
    for pid in _children():
        state = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if state is None:
            living.add(pid)
        elif pid != leader:
            os.waitpid(pid, 0)
    return living


def _children() -> list[int]:
    """The ids of our children, zombies too."""
    own = Path("/proc/self/task")
    try:
        return [int(pid) for task in own.iterdir() for pid in (task / "children").read_text().split()]
    except FileNotFoundError:
        return _children_by_parent()


def _children_by_parent() -> list[int]:
    """The same on a kernel without CONFIG_PROC_CHILDREN."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found.append(int(entry.name))
    return found
