"""What tutorials on threads claim, measured: with our objects, under a model of the interpreter's lock, and in
the interpreters of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contendlib.results import CLAIMS, RunFolder

FILE = "claims.json"


def write(run: RunFolder) -> str | None:
    """Writes claims.json and claims.md into the folder of a run of `contend claims`; returns the text."""
    from contendlib.claims import evaluation, markdown
    from contendlib.run_data import RunData

    data = RunData.load(run.path)
    if (data.manifest.get("options") or {}).get("mode") != CLAIMS:
        return None
    document = evaluation.evaluate(data)
    text = markdown.rendered(document)
    run.write_json(FILE, document)
    run.write("claims.md", text)
    return text


def read(folder: Path) -> dict[str, Any] | None:
    """The claims of a run's folder, if it has any."""
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None
