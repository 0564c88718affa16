"""What was not measured, or not well, and why: said on the page, never left out in silence."""

from __future__ import annotations

from dataclasses import dataclass

from contendlib.decisions.locks import BASELINE
from contendlib.plots.gallery import Skipped
from contendlib.run_data import Row, RunData
from contendlib.wording import count, duration, joined, percent

SUITES = {
    "lock": "locks",
    "queue": "queues",
    "executor": "executors",
    "sync": "the rest of threading",
    "floor": "floors",
}
# Fewer worker counts than this within the cores fit any curve.
FEWEST_FOR_A_MODEL = 5
MOST_NAMED = 20


@dataclass(frozen=True)
class Caveat:
    """One thing the reader must know; `items` are the single cases, where there are any."""

    text: str
    items: tuple[str, ...] = ()


def caveats(run: RunData, skipped: list[Skipped]) -> list[Caveat]:
    """Most serious first."""
    found = [
        *_run(run),
        *_failed(run.rows),
        *_unstable(run.rows),
        *_missing(run),
        *_model(run),
        *_instrument(run),
    ]
    found += [Caveat(f"Not drawn: {plot.name}, since {plot.why}.") for plot in skipped]
    return found + [Caveat(f"{note}.") for note in run.notes]


def _run(run: RunData) -> list[Caveat]:
    found = []
    if run.synthetic:
        found.append(Caveat("All figures on this page were made up to test it. Nothing here was measured."))
    status = run.manifest.get("status")
    if status not in (None, "finished"):
        found.append(
            Caveat(f"The run is not complete (status: {status}); go on with it: contend run --resume.")
        )
    return found + [Caveat(f"{note}.") for note in run.manifest.get("notes") or []]


def _failed(rows: list[Row]) -> list[Caveat]:
    failed = [r for r in rows if not r.ok]
    if not failed:
        return []
    text = f"{count(len(failed), 'case')} failed: shown as failed, and ranked nowhere."
    return [Caveat(text, _named([f"{r.case}: {r.status}: {r.error or 'no figure'}" for r in failed]))]


def _unstable(rows: list[Row]) -> list[Caveat]:
    measured = [r for r in rows if r.ok]
    unstable = [r for r in measured if not r.stable]
    if not unstable:
        return []
    share = percent(len(unstable) / len(measured))
    text = (
        f"{count(len(unstable), 'case')} ({share} of those measured) came out differently within this run. "
        "They are drawn hollow, and lower the confidence of every verdict that rests on them."
    )
    return [Caveat(text, _named([r.case for r in unstable]))]


def _named(names: list[str]) -> tuple[str, ...]:
    rest = len(names) - MOST_NAMED
    return (*names[:MOST_NAMED], f"and {rest} more: see the raw data") if rest > 0 else tuple(names)


def _missing(run: RunData) -> list[Caveat]:
    absent = [a for a in run.summary.get("absent") or [] if isinstance(a, dict)]
    found = [Caveat(f"Not compared: {a.get('family', 'a peer')}, {a.get('why', 'absent')}.") for a in absent]
    suites = {r.suite for r in run.rows}
    without = [name for suite, name in SUITES.items() if suite not in suites]
    if without:
        found.append(Caveat(f"Not measured in this run: {joined(without)}; contend run measures all suites."))
    if "lock" in suites and not any(r.subject == BASELINE for r in run.rows):
        found.append(
            Caveat(f"{BASELINE} was not measured, so locks are compared with the next best in its place.")
        )
    return found


def _model(run: RunData) -> list[Caveat]:
    within = {r.workers for r in run.rows if not r.oversubscribed and r.suite in ("lock", "executor")}
    if not within or len(within) >= FEWEST_FOR_A_MODEL:
        return []
    text = (
        f"Scaling models (Amdahl, USL): not estimable from {count(len(within), 'worker count')} within "
        f"{count(run.cpus, 'CPU')}; {FEWEST_FOR_A_MODEL} are needed."
    )
    if run.cpus == 1:
        text += " With one CPU nothing about contention within the cores could be measured."
    return [Caveat(text)]


def _instrument(run: RunData) -> list[Caveat]:
    nulls = [
        r
        for r in run.rows
        if r.ok and run.is_null(r.subject) and r.suite == "lock" and not any(r.args.values())
    ]
    alone = [r for r in nulls if r.workers == 1]
    if not alone:
        return []
    cost = duration(alone[0].median_ns)
    return [
        Caveat(
            f"The harness itself takes {cost} per operation (null subject, one worker), "
            "which is in every row and is not taken off."
        )
    ]
