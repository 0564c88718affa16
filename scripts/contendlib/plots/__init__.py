"""The plots of a run: one module for each question, one for the look, one that draws and lists them all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contendlib.plots import drawing
from contendlib.run_data import RunData

__all__ = ["draw_all"]


def draw_all(run_dir: Path, formats: Sequence[str]) -> list[Path]:
    """Draws every plot that the run has data for into its folder `plots/`; returns the files."""
    return drawing.draw_into(RunData.load(run_dir), run_dir / "plots", formats).files
