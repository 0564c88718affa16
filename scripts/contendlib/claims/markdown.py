"""The claims as text, for people and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def rendered(document: dict[str, Any]) -> str:
    claims, model, costs = document["claims"], document["model"], document["costs"]
    parts = [
        "## What the tutorials claim, measured",
        _table(
            ("claim", "where it comes from", "tried in", "figure [95 % interval]", "verdict"),
            [(*_once(claims, i), c["where"], c["figure"], c["holds"]) for i, c in enumerate(claims)],
        ),
        "## The model of the lock against the interpreters",
        _table(
            ("what", "interpreter", "model", "interpreter's", "off by", "wanted", "met"),
            [
                (m["what"], m["where"], m["model"], m["interpreter"], m["off"], m["limit"], m["met"])
                for m in model
            ],
        ),
        "## What the language costs: the same with our objects and with an interpreter's",
        _table(
            ("what", "interpreter", "ours", "interpreter's", "ours is faster by"),
            [(c["what"], c["where"], c["ours"], c["theirs"], c["ratio"]) for c in costs],
        ),
        "\n".join(f"- {note}" for note in document["notes"]),
    ]
    return "\n\n".join(parts) + "\n"


def _once(claims: Sequence[dict[str, Any]], index: int) -> tuple[str, str]:
    """The claim and its source, in the first of its lines."""
    claim = claims[index]["claim"]
    again = index > 0 and claims[index - 1]["claim"] == claim
    return ("", "") if again else (claim, claims[index]["source"])


def _table(heading: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    if not lines:
        return "Nothing was measured."
    rows = [heading, ["---"] * len(heading), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
