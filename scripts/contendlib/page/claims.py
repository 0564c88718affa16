"""What the tutorials claim, measured: the section of a run that has claims."""

from __future__ import annotations

from typing import Any

from contendlib import claims
from contendlib.run_data import RunData


def section(run: RunData) -> dict[str, Any] | None:
    """The stored claims, each claim once with what came of it everywhere; None where the run has none."""
    document = claims.read(run.folder)
    if document is None:
        return None
    by_claim: dict[tuple[str, str], list[dict[str, str]]] = {}
    for finding in document["claims"]:
        by_claim.setdefault((finding["claim"], finding["source"]), []).append(finding)
    return document | {"by_claim": list(by_claim.items())}
