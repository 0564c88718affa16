"""calibration.json: where a calibration was measured, on which program, and by which commands."""

from dataclasses import asdict, dataclass
import json
from pathlib import Path
from typing import Any

from contendlib import build, machine, results
from contendlib.exits import ContendError, Exit
from contendlib.paths import shown

_NAME = "calibration.json"


@dataclass(frozen=True)
class Step:
    """One command that measured."""

    utc: str
    command: str
    commit: str


@dataclass(frozen=True)
class Provenance:
    machine: dict[str, Any]
    program: str  # SHA-256
    steps: list[Step]


def add_step(out: Path, program: Path, command: str) -> None:
    """Says that this command measures into out. Raises ContendError where another program or machine did before."""
    card, digest = machine.read(), build.digest(program)
    before = read(out) or Provenance(card, digest, [])
    if before.program != digest:
        raise ContendError(f"{shown(out)} was measured on another program; begin another --out", Exit.USAGE)
    if before.machine["id"] != card["id"]:
        raise ContendError(f"{shown(out)} was measured on {before.machine['id']}; begin another --out", Exit.INCONCLUSIVE)
    steps = [*before.steps, Step(results.utc(), command, build.source().label)]
    document = asdict(Provenance(before.machine, digest, steps))
    (out / _NAME).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read(out: Path) -> Provenance | None:
    """None where nothing was measured there. Raises ContendError."""
    path = out / _NAME
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Provenance(document["machine"], document["program"], [Step(**step) for step in document["steps"]])
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise ContendError(f"{shown(path)} cannot be read: {failure!r}") from failure
