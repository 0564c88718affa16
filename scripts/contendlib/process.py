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


@dataclass(frozen=True)
class Launch:
    """A command, and how it is started. Its stderr (and stdout, with stdout=subprocess.STDOUT) goes to `sink` as it comes,
    and its end into the outcome; stdout=None lets it write to ours."""

    command: Sequence[str]
    cpus: Iterable[int] | None = None
    cwd: Path | None = None
    env: dict[str, str] | None = None
    stdout: int | None = subprocess.DEVNULL
    sink: OutputSink | None = None


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

    Raises Interrupted on a signal, OSError where it cannot be started.
    """
    return run_together([Launch(command, cpus, cwd, env, stdout, sink)], interrupts, limit=limit)[0]


def run_together(launches: Sequence[Launch], interrupts: Interrupts, *, limit: float | None = None) -> list[Outcome]:
    """The same with several at a time, until the last has ended."""
    start = time.monotonic()
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    running: list[_Running] = []
    try:
        for launch in launches:
            running.append(_Running(launch, start))
        _wait(running, interrupts, None if limit is None else start + limit)
    finally:
        left_behind = _end_trees(running)
        for one in running:
            one.close()
    interrupts.check()
    return [one.outcome(left_behind) for one in running]


class _Running:
    """A process that was started, and its pipe."""

    def __init__(self, launch: Launch, start: float) -> None:
        merged = launch.stdout == subprocess.STDOUT
        self._start = start
        self.seconds: float | None = None  # that it ran; None before it has ended by itself
        self.process = subprocess.Popen(
            launch.command,
            cwd=launch.cwd,
            env=launch.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if merged else launch.stdout,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            start_new_session=True,
            preexec_fn=partial(_enter_child, None if launch.cpus is None else frozenset(launch.cpus), os.getpid()),
        )
        pipe = self.process.stdout if merged else self.process.stderr
        assert pipe is not None
        self._pipe = pipe
        self.output = _Output(pipe.fileno(), launch.sink)
        self.pidfd = os.pidfd_open(self.process.pid)

    def has_ended(self) -> None:
        self.seconds = time.monotonic() - self._start

    def close(self) -> None:
        self.output.drain()
        self._pipe.close()
        os.close(self.pidfd)

    def outcome(self, left_behind: dict[int, int]) -> Outcome:
        """`left_behind`: by process id of the leader."""
        ended, pid = self.seconds is not None, self.process.pid
        seconds = self.seconds if self.seconds is not None else time.monotonic() - self._start
        return Outcome(self.process.returncode, seconds, not ended, left_behind[pid] if ended else 0, self.output.tail())


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


def _wait(running: Sequence[_Running], interrupts: Interrupts, deadline: float | None) -> None:
    """Until the processes have ended, or the deadline passes or a signal comes. Does not reap them."""
    poller = select.poll()
    poller.register(interrupts.fileno(), select.POLLIN)
    by_pidfd = {one.pidfd: one for one in running}
    by_output = {one.output.fd: one.output for one in running}
    for fd in (*by_pidfd, *by_output):
        poller.register(fd, select.POLLIN)
    while by_pidfd:
        remaining = None if deadline is None else deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            return
        for fd, _ in poller.poll(None if remaining is None else remaining * 1000 + 1):
            if fd in by_pidfd:
                by_pidfd.pop(fd).has_ended()
                poller.unregister(fd)
            elif fd in by_output:
                by_output[fd].read()
                if not by_output[fd].open:
                    poller.unregister(fd)
        if by_pidfd and interrupts.pending:
            return


def _end_trees(running: Sequence[_Running]) -> dict[int, int]:
    """Ends what is left of the leaders' groups and every descendant; how many outlived each leader, by its id.

    The leaders are reaped last, so that their ids cannot be anybody else's meanwhile. Orphans, in whatever session, are
    re-parented to us as the subreaper, so that our children are all there is to end. An orphan of a session of its own may
    be anybody's, and counts for each leader.
    """
    unfinished = [one.process.pid for one in running if one.seconds is None]
    for pid in unfinished:
        os.killpg(pid, signal.SIGKILL)
    leaders = {one.process.pid for one in running}
    orphans_may_live_until = time.monotonic() + (0.0 if unfinished else _GRACE_S)
    give_up = orphans_may_live_until + _KILL_LIMIT_S
    killed: dict[int, int] = {}  # session by id
    while time.monotonic() < give_up:
        orphans = _living_children(leaders)
        if not orphans:
            break
        if time.monotonic() >= orphans_may_live_until:
            for pid in orphans:
                killed.setdefault(pid, os.getsid(pid))
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
    for one in running:
        one.process.wait()
    return {leader: sum(session == leader or session not in leaders for session in killed.values()) for leader in leaders}


def _living_children(leaders: set[int]) -> set[int]:
    """Our children but for the leaders that have ended; the dead ones are reaped on the way."""
    living: set[int] = set()
    for pid in _children():
        state = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if state is None:
            living.add(pid)
        elif pid not in leaders:
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
