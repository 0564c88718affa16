"""How a run ends: summarised whatever happened; drawn and reported where it is complete."""

from collections.abc import Callable
from contextlib import suppress
import os
from pathlib import Path
import traceback
from typing import Any

from contendlib import console, results, summary
from contendlib.exits import ContendError, Exit
from contendlib.paths import shown
from contendlib.results import Manifest, RunFolder

_MOST_NAMED = 12


def finished(out: Path, run: RunFolder, manifest: Manifest, *, report: bool) -> Exit:
    """Everything was measured: summarises, draws, reports, prints the verdicts."""
    try:
        document = summary.write(run)
        _close(run, manifest, results.FINISHED)
        results.link_latest(out, run)
    except OSError as failure:
        raise results.cannot_write(run.path, failure) from failure
    _write_claims(run)
    _print_verdicts(document, run)
    drawn = not report or _draw(run)
    _print_cases("failed", summary.failed(document["cases"]))
    _print_cases(
        "unstable (odd and even repetitions differ by more than 10 %)", summary.unstable(document["cases"])
    )
    console.out(f"results: {shown(run.path)}")
    if report and drawn:
        console.out(f"report:  {shown(run.path / 'report.html')}")
    return Exit.FAILED if summary.failed(document["cases"]) or not drawn else Exit.OK


def interrupted(run: RunFolder, manifest: Manifest) -> Exit:
    """A signal came: what was measured is summarised."""
    stopped(run, manifest, "interrupted")
    console.error(f"interrupted; what was measured is kept in {shown(run.path)}\n{how_to_resume(run)}")
    return Exit.INTERRUPTED


def stopped(run: RunFolder, manifest: Manifest, status: str = "stopped") -> None:
    """Keeps what there is; as much of it as the disk takes."""
    with suppress(OSError):
        _close(run, manifest, status)
    with suppress(OSError, ContendError):
        summary.write(run)


def how_to_resume(run: RunFolder) -> str:
    """The command that goes on with a run, if there still is one."""
    if not (run.path / "manifest.json").exists():
        return "nothing is left to go on with: the folder was removed"
    return f"go on with it: contend run --resume {results.quoted([shown(run.path)])}"


def _close(run: RunFolder, manifest: Manifest, status: str) -> None:
    manifest.status = status
    manifest.ended = results.utc()
    run.write_manifest(manifest)


def _draw(run: RunFolder) -> bool:
    """The plots and the report. A fault there must not cost the measurements."""

    def draw() -> None:
        from contendlib import report

        console.status("drawing")
        report.write([run.path], None, draw=("svg", "png"))

    return _guarded(draw, f"the report is not complete; again: contend report {shown(run.path)}")


def _write_claims(run: RunFolder) -> None:
    """Where interpreters were measured: before the report, which has them too."""

    def write() -> None:
        from contendlib import claims

        if text := claims.write(run):
            console.out(text)

    _guarded(write, "there is no table of claims")


def _print_verdicts(document: dict[str, Any], run: RunFolder) -> None:
    def show() -> None:
        from contendlib import verdicts

        machine, manifest = (run.read_json(f"{name}.json") for name in ("machine", "manifest"))
        for verdict in verdicts.verdicts(document, machine, manifest):
            console.out(f"- {verdict.text}")

    _guarded(show, "there are no verdicts")


def _guarded(step: Callable[[], None], consequence: str) -> bool:
    try:
        step()
    except Exception as failure:
        if os.environ.get("CONTEND_DEBUG"):
            traceback.print_exc()
        console.warn(f"{failure if isinstance(failure, ContendError) else repr(failure)}: {consequence}")
        return False
    return True


def _print_cases(what: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    console.out(f"{what}: {console.plural(len(rows), 'case')}")
    for row in rows[:_MOST_NAMED]:
        error = f": {row['error']}" if row["error"] else ""
        console.out(f"  {row['case']}{error}")
    if len(rows) > _MOST_NAMED:
        console.out(f"  and {len(rows) - _MOST_NAMED} more, in summary.md")
