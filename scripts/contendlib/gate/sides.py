"""Base and head: a program, a folder of programs, or a commit that is checked out beside the tree and built."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
import os
from pathlib import Path
import shlex
import subprocess

from contendlib import console, process
from contendlib.exits import ContendError, Exit
from contendlib.gate.programs import Program, link_to
from contendlib.paths import ROOT, shown

PATTERNS = ("bench_*", "*_bench", "*_benchmark", "*_benchmarks", "benchmark_*")
OUR_BUILD = "cmake --preset release -DBUILD_TESTING=OFF && cmake --build build/release"
_NEVER_IN = frozenset({"CMakeFiles", ".git", "_deps"})
_LOG_LINES = 20


@dataclass(frozen=True)
class Source:
    """Where a side may come from: a repository, and the commands that build it."""

    repository: Path = ROOT
    build_command: str = OUR_BUILD
    build_folder: str = "build/release/benchmarks"
    patterns: tuple[str, ...] = PATTERNS


@dataclass(frozen=True)
class Side:
    """One of the two. `label` is what a report calls it."""

    label: str
    programs: dict[str, Program] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        return {name: program.digest() for name, program in self.programs.items()}


def resolve(
    role: str, given: str, source: Source, links: Path, extra: dict[str, str], interrupts: process.Interrupts
) -> Side:
    """The side that the user named. Links to its programs go to links/role."""
    path = Path(given)
    if path.is_file():
        executables, label = {path.name: path.resolve()}, path.name
    elif path.is_dir():
        executables, label = executables_in(path.resolve(), source.patterns), given.rstrip("/")
    else:
        commit = _commit(role, given, source.repository)
        tree = _built(commit, source, interrupts)
        executables, label = executables_in(tree / source.build_folder, source.patterns), f"{given} ({commit[:10]})"
    folder = links / role
    folder.mkdir(parents=True)
    programs = {
        name: Program(name, link_to(target, folder, number), target.parent, extra)
        for number, (name, target) in enumerate(sorted(executables.items()))
    }
    return Side(label, programs)


def executables_in(folder: Path, patterns: tuple[str, ...]) -> dict[str, Path]:
    """The benchmark programs below a folder, by name. Raises ContendError where there is none, or two of one name."""
    found: dict[str, Path] = {}
    for path in _files(folder):
        if not any(fnmatch(path.name, pattern) for pattern in patterns):
            continue
        if path.name in found:
            raise ContendError(f"{shown(found[path.name])} and {shown(path)} have the same name; name one folder")
        found[path.name] = path
    if not found:
        raise ContendError(
            f"{shown(folder)} holds no benchmark program, that is no executable named {', '.join(patterns)}; "
            "--programs takes other patterns"
        )
    return found


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NEVER_IN)
        for name in sorted(names):
            path = Path(parent) / name
            if path.is_file() and os.access(path, os.X_OK):
                yield path


def _commit(role: str, given: str, repository: Path) -> str:
    resolved = _git(repository, "rev-parse", "--verify", "--quiet", f"{given}^{{commit}}")
    if resolved.returncode != 0:
        raise ContendError(
            f"--{role}: '{given}' is no program, no folder and no commit of {shown(repository)} "
            "(a shallow clone has few: fetch-depth: 0)",
            Exit.USAGE,
        )
    return resolved.stdout.strip()


def _built(commit: str, source: Source, interrupts: process.Interrupts) -> Path:
    """The work tree of a commit, built before or now. Kept: the next gate against the same base starts at once."""
    tree = source.repository / "build" / "gate" / commit[:16]
    done = tree.with_suffix(".built")
    stamp = f"{commit}\n{source.build_command}\n"
    if done.is_file() and done.read_text() == stamp and tree.is_dir():
        return tree
    try:
        tree.parent.mkdir(parents=True, exist_ok=True)
        if not tree.is_dir():
            _check_out(commit, source, tree)
        _run_build(commit, source, tree, interrupts)
        done.write_text(stamp)
    except OSError as failure:
        raise ContendError(
            f"{shown(tree.parent)} cannot be written: {failure.strerror}; build yourself and name two folders, or give a "
            "--repository of your own"
        ) from failure
    return tree


def _check_out(commit: str, source: Source, tree: Path) -> None:
    _git(source.repository, "worktree", "prune")
    added = _git(source.repository, "worktree", "add", "--detach", "--force", str(tree), commit)
    if added.returncode != 0:
        raise ContendError(f"git worktree add failed for {commit[:10]}: {added.stderr.strip()}")


def _run_build(commit: str, source: Source, tree: Path, interrupts: process.Interrupts) -> None:
    log = tree.with_suffix(".log")
    console.status(f"building {commit[:10]}: {source.build_command} (log: {shown(log)})")
    with log.open("wb", buffering=0) as file:
        outcome = process.run(
            ["sh", "-c", source.build_command], interrupts, cwd=tree, stdout=subprocess.STDOUT, sink=file.write
        )
    if outcome.returncode:
        tail = "\n".join(f"  {line}" for line in outcome.tail.splitlines()[-_LOG_LINES:])
        raise ContendError(
            f"{commit[:10]} does not build ({shlex.quote(source.build_command)}: exit {outcome.returncode}); "
            f"all of it is in {shown(log)}\n{tail}"
        )


def _git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", f"safe.directory={repository}", "-C", str(repository), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as failure:
        raise ContendError(f"git cannot be started: {failure.strerror}") from failure
