"""`contend gate` on two fake programs, for the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import signal
import subprocess
import sys
import time
from typing import Any
from xml.etree import ElementTree

import forked

SCRIPTS = Path(__file__).resolve().parents[1]
FAST, MAP = "fast/64", "Map<int, char>/threads:2"  # what the fake has, unless told otherwise


def install_fake(path: Path, module: str = "fake_gbench") -> Path:
    """A program that runs the module, whose bytecode is kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tests = str(Path(__file__).parent)
    path.write_text(f"#!{sys.executable} -IS\nimport sys\nsys.path.insert(0, {tests!r})\nimport {module}\n{module}.main()\n")
    path.chmod(0o755)
    return path


@dataclass
class GateBench:
    """Two programs, what each side's does, and the command."""

    base: Path
    head: Path
    out: Path
    base_plan: dict[str, Any] = field(default_factory=dict)
    head_plan: dict[str, Any] = field(default_factory=dict)

    def arguments(self, *words: str) -> list[str]:
        return [sys.executable, "-P", str(SCRIPTS / "contendlib" / "__main__.py"), *self.command(*words)]

    def command(self, *words: str) -> list[str]:
        """`gate`, and what it is told."""
        plans = [("--base-env", self.base_plan), ("--head-env", self.head_plan)]
        return [
            "gate",
            "--base",
            str(self.base),
            "--head",
            str(self.head),
            "--out",
            str(self.out),
            "--seed",
            "1",
            "--time-limit",
            "600",
            *[word for flag, plan in plans for word in (flag, f"FAKE_GBENCH={json.dumps(plan)}") if plan],
            *words,
        ]

    def run(self, *words: str, drawn: bool = False) -> subprocess.CompletedProcess[str]:
        """Runs the gate; the budget is what a crowded machine may need for all that is to be decided. Its plot takes as
        long as all else."""
        from contendlib import cli
        from contendlib.gate import forest, session  # noqa: F401  what the forks will need

        def without_plot(command: Sequence[str]) -> int:
            forest.draw = lambda *_: []
            return cli.main(command)

        environment = {**os.environ, "CONTEND_DEBUG": "1", "NO_COLOR": "1"}
        main = cli.main if drawn else without_plot
        result = forked.run(main, self.command("--budget", "400", *words), environment, timeout=800)
        assert "could not be drawn" not in result.stderr
        return result

    def run_until(self, condition: Callable[[], bool], number: int, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs the gate, and sends it the signal once the condition holds."""
        process = subprocess.Popen(
            self.arguments("--budget", "400", *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        deadline = time.monotonic() + 400
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=400)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def has_pairs(self, count: int) -> bool:
        return (self.out / "pairs.jsonl").exists() and len(self.pairs()) >= count

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.out / "gate.json").read_text())
        return document

    def verdicts(self) -> dict[str, str]:
        """By name of the benchmark, without the program."""
        return {row["benchmark"].partition(":")[2]: row["verdict"] for row in self.document()["rows"]}

    def junit(self) -> ElementTree.Element:
        return ElementTree.parse(self.out / "junit.xml").getroot()

    def pairs(self) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in (self.out / "pairs.jsonl").read_text().split("\n")[:-1]]
        return [line for line in lines if "event" not in line]
