"""Configures and builds a preset, and says what was built from what."""

from collections.abc import Callable
from dataclasses import dataclass
import hashlib
import os
from pathlib import Path
import re
import shutil
import subprocess
import sys

from contendlib import console, process
from contendlib.exits import ContendError, Exit
from contendlib.paths import ROOT, SCRIPTS, build_dir, shown

_LOG_LINES = 30


@dataclass(frozen=True)
class Source:
    """The commit that was built; `dirty` where files differ from it, results aside."""

    commit: str
    dirty: bool

    @property
    def label(self) -> str:
        return self.commit + ("-dirty" if self.dirty else "")


def install_packages(*groups: str) -> None:
    """Installs the Debian packages of these groups that are missing, or says what is missing and ends the command."""
    result = subprocess.run([SCRIPTS / "install-packages", *groups], stdin=subprocess.DEVNULL)
    if result.returncode != 0:
        code = Exit.USAGE if result.returncode == Exit.USAGE else Exit.FAILED
        raise ContendError("packages are missing, see above", code)


def build(preset: str, *, tests: bool, interrupts: process.Interrupts) -> Path:
    """Configures and builds; returns the build folder. Fast where nothing has changed."""
    if not shutil.which("cmake"):
        raise ContendError(
            "cmake is not installed; `scripts/contend run` as root installs it, with all else that is needed"
        )
    folder = build_dir(preset)
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "contend-build.log"
    with log.open("wb", buffering=0) as file:
        configure = ["cmake", "--preset", preset, f"-DBUILD_TESTING={'ON' if tests else 'OFF'}"]
        _step("configuring", configure, preset, log, file.write, interrupts)
        compile_ = ["cmake", "--build", str(folder), "--parallel", str(len(os.sched_getaffinity(0)))]
        _step("building", compile_, preset, log, _counting(file.write), interrupts)
    return folder


def source() -> Source:
    """What is checked out."""
    commit = _git("rev-parse", "--short=10", "HEAD")
    if commit is None:
        return Source("unknown", False)
    return Source(commit, bool(_git("status", "--porcelain", "--", ".", ":(exclude)results")))


def compiler(folder: Path) -> str:
    """The compiler of a build folder, such as `gcc-12.2.0`."""
    for path in folder.glob("CMakeFiles/*/CMakeCXXCompiler.cmake"):
        text = path.read_text()
        name = re.search(r'CMAKE_CXX_COMPILER_ID "(\w+)"', text)
        version = re.search(r'CMAKE_CXX_COMPILER_VERSION "([\w.]+)"', text)
        if name and version:
            return f"{'gcc' if name[1] == 'GNU' else name[1].lower()}-{version[1]}"
    return "unknown"


def digest(path: Path) -> str:
    """The SHA-256 of a binary."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _step(
    verb: str,
    command: list[str],
    preset: str,
    log: Path,
    sink: Callable[[bytes], object],
    interrupts: process.Interrupts,
) -> None:
    console.status(f"{verb} ({preset}; log: {shown(log)})")
    outcome = process.run(command, interrupts, cwd=ROOT, stdout=subprocess.STDOUT, sink=sink)
    if outcome.returncode == 0:
        return
    lines = log.read_text(errors="replace").splitlines()
    first_failure = next(
        (i for i, line in enumerate(lines) if line.startswith("FAILED:")), len(lines) - _LOG_LINES
    )
    shown_lines = lines[max(0, first_failure) :][:_LOG_LINES]
    print("\n".join(f"  {line}" for line in shown_lines), file=sys.stderr)
    raise ContendError(f"{verb} failed (exit {outcome.returncode}); all of it is in {shown(log)}")


def _counting(write: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """A sink that also shows, on a terminal, how far Ninja is."""
    if not sys.stderr.isatty():
        return write

    def sink(data: bytes) -> None:
        write(data)
        if steps := re.findall(rb"\[(\d+/\d+)\]", data):
            print(f"\r{steps[-1].decode()} ", end="", file=sys.stderr, flush=True)

    return sink


def _git(*arguments: str) -> str | None:
    """The output of a git command in the checkout, whoever owns it; None where there is no git or no repository."""
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
