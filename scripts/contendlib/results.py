"""The folder of a run: its name, its manifest, and the `latest` link."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timezone
import errno
import fcntl
import json
import os
from pathlib import Path
import shlex
import time
from typing import Any

from contendlib.exits import ContendError
from contendlib.paths import shown, write_whole

SCHEMA = 1
FINISHED = "finished"
CLAIMS = "claims"  # the mode of `contend claims`


@dataclass
class Options:
    """What a run was asked to do; enough to do the same again."""

    suites: list[str]
    mode: str
    repetitions: int
    round_s: float
    seed: int
    placement: str
    cpus: list[int]
    workers: str | None = None
    filter: str | None = None
    time_limit_s: float | None = None
    fit_budget: bool = False  # whether fewer repetitions may be made to keep the mode's budget
    flags: list[str] = field(default_factory=list)  # for the binaries, verbatim
    further: str | None = None  # the cases in whose names this is found are repeated beyond the others
    further_repetitions: int = 0
    budget_s: float | None = None  # of the whole command: what is left of it goes to further repetitions

    def case_flags(self) -> list[str]:
        """The flags on which the list of cases depends."""
        workers = [f"--contend_workers={self.workers}"] if self.workers else []
        return [*workers, f"--contend_placement={self.placement}"]

    def command(self, cpus: str) -> list[str]:
        """A command that measures the same again, without anybody's paths."""
        words = ["scripts/contend"]
        if self.mode == CLAIMS:  # which interpreters, the machine says
            words += ["claims", "--cpus", cpus]
        else:
            words += ["run", *self.suites, f"--{self.mode}", "--cpus", cpus, "--placement", self.placement]
        if self.budget_s is not None:
            words += ["--budget", f"{self.budget_s:g}"]
        else:
            words += ["--repetitions", str(self.repetitions)]
        words += ["--round", f"{self.round_s:g}", "--seed", str(self.seed)]
        if self.mode == CLAIMS:
            return words
        words += ["--workers", self.workers] if self.workers else []
        words += ["--filter", self.filter] if self.filter else []
        words += ["--time-limit", f"{self.time_limit_s:g}"] if self.time_limit_s else []
        return words + (["--", *self.flags] if self.flags else [])


@dataclass
class Manifest:
    """manifest.json: how the figures beside it came about."""

    status: str  # running, interrupted, stopped or finished
    command: list[str]
    options: Options
    machine_id: str
    commit: str
    dirty: bool
    compiler: str
    binaries: dict[str, str]  # SHA-256 by suite
    cases: int
    started: str
    ended: str | None = None
    unit_ns: float | None = None
    context: dict[str, Any] = field(default_factory=dict)  # what the binaries say about themselves
    subjects: list[dict[str, Any]] = field(default_factory=list)
    absent: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    schema: int = SCHEMA


class RunFolder:
    """One run's files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.gbench = path / "gbench"
        self.samples = path / "samples.jsonl"

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Held while the run is measured: resuming it meanwhile is an error. The kernel lets go of it however we end."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(folder, self.path)
            yield
        finally:
            os.close(folder)

    def write(self, name: str, text: str) -> None:
        """Replaces a file as a whole."""
        write_whole(self.path / name, text)

    def write_json(self, name: str, document: Any) -> None:
        self.write(name, json.dumps(document, indent=1, allow_nan=False) + "\n")

    def read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ContendError(f"{shown(self.path)} is no run of ours: it has no {name}") from None
        except (OSError, ValueError) as failure:
            raise ContendError(f"{shown(path)} cannot be read: {failure}") from failure
        if not isinstance(document, dict):
            raise ContendError(f"{shown(path)} is not a JSON object")
        return document

    def write_manifest(self, manifest: Manifest) -> None:
        self.write_json("manifest.json", asdict(manifest))

    def read_manifest(self) -> Manifest:
        document = self.read_json("manifest.json")
        known = {entry.name for entry in fields(Manifest)}
        try:
            document["options"] = Options(**document["options"])
            return Manifest(**{name: value for name, value in document.items() if name in known})
        except (KeyError, TypeError) as failure:
            what = f"it lacks {failure}" if isinstance(failure, KeyError) else str(failure)
            raise ContendError(
                f"{shown(self.path)}/manifest.json was written by another version: {what}; measure again, or use the "
                "version that wrote it"
            ) from failure


def _lock(folder: int, path: Path) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ContendError(f"{shown(path)} is being measured by another contend; wait until it ends") from None
    except OSError:
        pass  # a file system without locks


def utc() -> str:
    """Now, as in the names of runs."""
    return datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def require_writable(out: Path) -> None:
    """Fails early, before anything is built or measured, where results could not be kept."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / f".contend-{os.getpid()}"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as failure:
        raise cannot_write(out, failure) from failure


def cannot_write(path: Path, failure: OSError) -> ContendError:
    """The message for a folder that is full, read-only or a file."""
    full = failure.errno in (errno.ENOSPC, errno.EDQUOT)
    remedy = "free space or choose another --out" if full else "choose another --out"
    return ContendError(f"{shown(path)}: results cannot be written: {failure.strerror}; {remedy}")


def create(out: Path, machine_id: str, label: str) -> RunFolder:
    """A new folder named by the machine, the time and what was built."""
    while True:
        run = RunFolder(out / machine_id / f"{utc()}_{label}")
        try:
            run.gbench.mkdir(parents=True)
            return run
        except FileExistsError:
            time.sleep(0.2)  # another run started in this second
        except OSError as failure:
            raise cannot_write(run.path, failure) from failure


def newest_unfinished(out: Path) -> RunFolder:
    """The newest run below `out` that can be resumed."""
    for path in sorted(out.glob("*/*/manifest.json"), key=lambda path: path.parent.name, reverse=True):
        run = RunFolder(path.parent)
        if run.read_json("manifest.json").get("status") != FINISHED:
            return run
    raise ContendError(f"nothing to resume: no unfinished run in {shown(out)}")


def link_latest(out: Path, run: RunFolder) -> None:
    """Points `latest` at the run, relative, so that the results can be moved."""
    link, temporary = out / "latest", out / f".latest-{os.getpid()}"
    temporary.symlink_to(os.path.relpath(run.path, out))
    try:
        os.replace(temporary, link)
    except OSError:
        temporary.unlink()
        raise


def quoted(command: list[str]) -> str:
    """A command as one types it."""
    return shlex.join(command)
