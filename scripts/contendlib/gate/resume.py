"""What it takes to go on with a gate that was interrupted: the same programs, benchmarks and rule, and what was measured."""

from collections.abc import Sequence
from dataclasses import asdict
import json
from pathlib import Path
from typing import Any

from contendlib.exits import ContendError, Exit
from contendlib.gate.contest import Benchmark
from contendlib.gate.pairs import Pair, from_record, is_pair, records
from contendlib.gate.rule import Rule
from contendlib.paths import shown

_NAMES = {"programs": "other programs", "benchmarks": "other benchmarks, metrics or effects", "rule": "another rule"}

Terms = dict[str, Any]


def terms(programs: Sequence[dict[str, str]], benchmarks: Sequence[Benchmark], rule: Rule, seed: int) -> Terms:
    """All that must not change within a gate, as JSON has it, and the seed."""
    document = {
        "programs": programs,
        "benchmarks": [asdict(benchmark) for benchmark in benchmarks],
        "rule": asdict(rule),
        "seed": seed,
    }
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


def begin(out: Path, agreed: Terms) -> None:
    """Keeps the terms; what an earlier gate found is no longer there."""
    (out / "gate.json").unlink(missing_ok=True)
    (out / "terms.json").write_text(json.dumps(agreed, indent=1) + "\n", encoding="utf-8")


def require_interrupted(out: Path) -> None:
    """Raises ContendError where there is no gate that was interrupted, or killed. One that ended is not taken up: to go on
    until the verdict is another one would be a look too many."""
    if not (out / "terms.json").is_file() or not (out / "pairs.jsonl").is_file():
        raise ContendError(f"--resume: {shown(out)} holds no gate; leave --resume out to begin one", Exit.USAGE)
    if (out / "gate.json").is_file() and not _document(out / "gate.json").get("interrupted"):
        raise ContendError(f"--resume: the gate in {shown(out)} was not interrupted; begin another one", Exit.USAGE)


def seed_of(out: Path) -> int:
    return int(_document(out / "terms.json").get("seed", 0))


def events(out: Path, now: Terms) -> list[Pair | None]:
    """What was measured, in order; None for an early look. Raises ContendError where it was under other terms."""
    then = _document(out / "terms.json")
    for name, words in _NAMES.items():
        if then.get(name) != now[name]:
            raise ContendError(f"--resume: the gate in {shown(out)} was on {words}; begin another one", Exit.USAGE)
    known = {f"{benchmark['program']}:{benchmark['name']}" for benchmark in now["benchmarks"]}
    found = [from_record(record) if is_pair(record) else None for record in records(out / "pairs.jsonl")]
    if strange := {pair.benchmark for pair in found if pair is not None} - known:
        raise ContendError(f"{shown(out)}/pairs.jsonl: '{min(strange)}' is no benchmark of this gate")
    return found


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        raise ContendError(f"{shown(path)} cannot be read: {failure}") from failure
    if not isinstance(document, dict):
        raise ContendError(f"{shown(path)} is not a JSON object")
    return document
