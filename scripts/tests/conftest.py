"""Fixtures: a folder of fake benchmark binaries, and the command run on them."""

from __future__ import annotations

from dataclasses import dataclass, field
import gc
import json
import os
from pathlib import Path
import subprocess
import sys
from typing import Any

import forked
from gate_bench import GateBench, install_fake
import pytest
import quick_contend

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS))

from contendlib import cases  # noqa: E402

# A drawing makes many objects that stay: to look for garbage at each 700th takes a third of the time.
gc.set_threshold(50_000)


@dataclass
class Bench:
    """Fake binaries, a results folder, and the command."""

    folder: Path
    out: Path
    plan: dict[str, Any] = field(default_factory=dict)

    def arguments(self, *words: str) -> list[str]:
        return [sys.executable, "-P", quick_contend.__file__, *words]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "CONTEND_FAKE": json.dumps(self.plan), "CONTEND_DEBUG": "1", "NO_COLOR": "1"}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs `contend WORDS...`."""
        return forked.run(quick_contend.main, words, self.environment, timeout=800)

    def run_words(self, *words: str) -> list[str]:
        limit = [] if "--resume" in words else ["--time-limit", "600"]  # nothing is to end because the machine stalls
        return ["run", "--binaries", str(self.folder), "--out", str(self.out), "--no-report", *limit, *words]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs `contend run` on the fake binaries; suite lock, two repetitions, unless the words say otherwise."""
        return self.command(*self.run_words("--repetitions", "2", "lock", *words))

    def resume(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.command(*self.run_words("--resume", *words))

    @property
    def runs(self) -> list[Path]:
        return sorted(path.parent for path in self.out.glob("*/*/manifest.json"))

    @property
    def newest(self) -> Path:
        return self.runs[-1]

    def document(self, name: str) -> Any:
        return json.loads((self.newest / name).read_text())

    def samples(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.newest / "samples.jsonl").read_text().splitlines()]

    def summary(self) -> dict[str, dict[str, Any]]:
        return {row["case"]: row for row in self.document("summary.json")["cases"]}

    def misbehave(self, **behaviour: str) -> None:
        """misbehave(SpinLock="crash")"""
        self.plan["behave"] = {f"/{subject}/": how for subject, how in behaviour.items()}
        self.plan["pids"] = str(self.folder / "pids")

    def orphans(self) -> list[int]:
        """Processes that the fake binaries started and that still run."""
        path = self.folder / "pids"
        pids = [int(line) for line in path.read_text().split()] if path.exists() else []
        assert pids, "the fake binary started none"
        return [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def install_fakes(folder: Path, *suites: str) -> Path:
    for suite in suites:
        install_fake(folder / f"bench_{suite}", "fake_bench")
    return folder


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = install_fakes(tmp_path / "with space" / "benchmarks", *cases.SUITES)
    return Bench(folder, tmp_path / "out")


@pytest.fixture
def gate(tmp_path: Path) -> GateBench:
    old, new = tmp_path / "old tree" / "bench_map", tmp_path / "new" / "bench_map"
    return GateBench(install_fake(old), install_fake(new), tmp_path / "out")
