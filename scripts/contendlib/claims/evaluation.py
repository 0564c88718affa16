"""From the rows of a run to the document that is printed, stored and put into the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contendlib.cases import SUITES
from contendlib.claims import catalogue, cost, model, places, repeated
from contendlib.claims.interpreters import has_lock
from contendlib.run_data import Row, RunData

SCHEMA = 1


def interpreters(rows: Sequence[Row]) -> list[str]:
    """The labels of those that were measured: they are suites of their own."""
    own = set(SUITES)
    peers = [r.suite for r in rows if r.workload == "interpreted_chain" and r.suite not in own]
    return list(dict.fromkeys(peers))


def evaluate(run: RunData) -> dict[str, Any]:
    rows = run.rows
    peers = [places.interpreter(label) for label in interpreters(rows)]
    the_model, ours = places.model(), places.ours()
    everywhere = [*peers, the_model, places.model_of_2(), ours]
    seen = repeated.of(run)
    findings = catalogue.findings(everywhere, catalogue.Machine(rows, _cpus(run), seen))
    with_a_lock = [place for place in peers if has_lock(place.name)]
    agreements = model.agreements(rows, the_model, with_a_lock, seen)
    notes = [
        _same_results(rows),
        *model.notes(agreements),
        *model.cost_of_tasks(rows, ours, with_a_lock),
        *(run.manifest.get("notes") or []),
    ]
    return {
        "schema": SCHEMA,
        "interpreters": [place.name for place in peers],
        "claims": [finding.as_dict() for finding in findings],
        "model": [one.as_dict() for one in agreements],
        "costs": [one.as_dict() for one in cost.costs(rows, ours, peers)],
        "notes": [note for note in notes if note],
    }


def _cpus(run: RunData) -> int:
    """That the run was told to use, of those that the machine has."""
    listed = (run.manifest.get("options") or {}).get("cpus")
    return len(listed) if listed else run.cpus


def _same_results(rows: Sequence[Row]) -> str:
    """Whether the items of all executors had the same results: each row carries the checksum of a batch."""
    seen: dict[tuple[str, float], set[tuple[str, float]]] = {}
    for row in rows:
        checksum, items = row.counter("checksum"), row.counter("items")
        if row.workload.startswith("interpreted_") and checksum is not None and items is not None:
            seen.setdefault((row.workload, items), set()).add((row.suite, checksum))
    for (workload, _), found in seen.items():
        if len({checksum for _, checksum in found}) > 1:
            return f"the results of {workload} differ between executors: do not trust its rows"
    if all(len(found) < 2 for found in seen.values()):
        return "no item was computed in more than one place: their results were not compared"
    return "the items of all executors, in C++ and in Python, had the same checksums"
