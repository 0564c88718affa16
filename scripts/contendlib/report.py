"""Writes the report: one self-contained HTML file about one run, or about several beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
import re
import shlex
import tempfile
from typing import TYPE_CHECKING, Any

from contendlib.decisions import wanted
from contendlib.exits import ContendError, Exit
from contendlib.paths import shown, write_whole
from contendlib.ranking import Ratio
from contendlib.remeasure import PROGRAM
from contendlib.run_data import RunData
from contendlib.verdicts import Verdict, decisions, verdicts
from contendlib.wording import stamp

if TYPE_CHECKING:
    from jinja2 import Template

    from contendlib.plots.gallery import Drawn, Skipped

TEMPLATES = Path(__file__).parent / "templates"
FILE = "report.html"
SUITES = {
    "lock": "Locks",
    "queue": "Queues",
    "executor": "Executors",
    "sync": "Semaphores, events, conditions, barriers",
    "floor": "The machine's floors",
}


def write(run_dirs: Sequence[Path], out: Path | None, draw: Sequence[str] = ()) -> Path:
    """Reports on one run or compares several; by default into the first run's folder. Returns the file.

    `draw` are the formats in which to draw a single run's plots anew, into its folder. Without any, plots that were
    drawn earlier serve, or drawings that go into the page alone.
    """
    if not run_dirs:
        raise ContendError("report: give the folder of a run, such as results/latest", Exit.USAGE)
    runs = [RunData.load(folder) for folder in run_dirs]
    target = out or run_dirs[0] / FILE
    with ExitStack() as while_drawing:
        page = _page(runs[0], draw, while_drawing) if len(runs) == 1 else _comparison(runs)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, page)
        except OSError as failure:
            raise ContendError(
                f"{target}: cannot be written: {failure.strerror}; name another file with -o"
            ) from failure
    return target


def _page(run: RunData, formats: Sequence[str], while_drawing: ExitStack) -> str:
    """The page, as soon as it can be had; what is drawn beside it is complete at the end of `while_drawing`."""
    from contendlib.page import caveats, svg
    from contendlib.plots.gallery import Drawn, Skipped

    drawings = svg.Drawings()
    inline: dict[str, Any] = {}
    found: list[Drawn | Skipped] = []
    folder, plots = while_drawing.enter_context(_plots(run, formats))
    template, known = _template("report.html"), _beside_plots(run)  # while other processes draw
    for plot in plots:
        found.append(plot)
        if isinstance(plot, Drawn):
            inline[plot.name] = drawings.inline(plot, folder)
    return template.render(
        known,
        evidence=_evidence([plot for plot in found if isinstance(plot, Drawn)]),
        drawings=inline,
        glyphs=drawings.glyphs,
        caveats=caveats.caveats(run, [plot for plot in found if isinstance(plot, Skipped)]),
    )


def _beside_plots(run: RunData) -> dict[str, Any]:
    """What the page says beside its plots."""
    from contendlib.page import claims, lookup, machine, table

    decided = decisions(run.summary, run.machine, run.manifest)
    return {
        "run": run,
        "title": title(run),
        "measured_at": stamp(run.manifest.get("started") or "at an unknown time"),
        "verdicts": [(v, emphasised(v)) for v in verdicts(run.summary, run.machine, run.manifest)],
        "decisions": decided,
        "lookup": lookup.lines(decided, wanted.unanswered(run.rows, decided, run.cpus)),
        "regimes": lookup.REGIMES,
        "claims": claims.section(run),
        "claims_command": shlex.join([PROGRAM, "claims", "--into", shown(run.folder)]),
        "facts": machine.facts(run),
        "warnings": machine.warnings(run),
        "topology": machine.topology_text(run),
        "table": table.table(run.rows),
        "command": command(run),
        "suites": SUITES,
        "subjects": _subjects([run]),
    }


@contextmanager
def _plots(run: RunData, formats: Sequence[str]) -> Iterator[tuple[Path, Iterator[Drawn | Skipped]]]:
    """The folder of the plots, and each of them once it is there."""
    from contendlib.plots import drawing, gallery

    with ExitStack() as until_shown:
        stored = None if formats else gallery.stored(run)
        if stored:
            yield stored.folder, iter([*stored.drawn, *stored.skipped])
            return
        temporary = "" if formats else until_shown.enter_context(tempfile.TemporaryDirectory())
        folder = Path(temporary) if temporary else run.folder / "plots"
        yield folder, until_shown.enter_context(drawing.drawing(run, folder, formats or ["svg"], words=bool(formats)))


def _comparison(runs: list[RunData]) -> str:
    from contendlib.page import comparison, machine

    lines = comparison.lines(runs)
    return _template("compare.html").render(
        runs=runs,
        titles=[title(run) for run in runs],
        facts=comparison.fact_lines(runs),
        floors=comparison.floors(runs),
        warnings=[machine.warnings(run) for run in runs],
        lines=lines,
        differing=sum(line.differs for line in lines),
        verdicts=[[(v, emphasised(v)) for v in verdicts(run.summary, run.machine, run.manifest)] for run in runs],
        commands=[command(run) for run in runs],
        subjects=_subjects(runs),
    )


def _subjects(runs: Sequence[RunData]) -> list[str]:
    return sorted({r.subject for run in runs for r in run.rows if r.suite != "floor"}, key=str.lower)


def title(run: RunData) -> str:
    cpu = run.machine.get("cpu_model") or run.machine.get("id") or "this machine"
    return f"What contention costs on {cpu}"


def command(run: RunData) -> str:
    """The command that made the run; empty if the manifest does not tell."""
    words = run.manifest.get("command")
    return shlex.join(str(w) for w in words) if isinstance(words, list) else str(words or "")


def emphasised(verdict: Verdict) -> Any:
    """The verdict's text with its pick in bold, and with intervals that stay on one line."""
    from markupsafe import Markup, escape

    text = re.sub(r"(\[[\d.,]+,) ", "\\1\u00a0", str(escape(verdict.text)))
    pick = str(escape(verdict.pick or ""))
    for words in ("no clear winner", f"use {pick}" if pick else ""):
        if words and words in text:
            head, tail = text.split(words, 1)
            return Markup(f"{head}<strong>{words}</strong>{tail}")
    return Markup(text)


def as_sentence(words: str) -> Any:
    """With a capital letter, and what stands between backticks as code."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(words[:1].upper() + words[1:]))))


def breakable(words: str) -> Any:
    """With places where a long name may go on in the next line: behind `::` and `_`."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"(::|_)(?=\w)", r"\1<wbr>", str(escape(words))))


def _evidence(drawn: Sequence[Any]) -> list[tuple[str, str, list[Any]]]:
    """(suite, heading, plots) in the order of the report."""
    known = [(suite, heading, [p for p in drawn if p.suite == suite]) for suite, heading in SUITES.items()]
    return [group for group in known if group[2]]


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["subjects"] = lambda verdict: "|".join(verdict.subjects)
    environment.filters["breakable"] = breakable
    environment.filters["sentence"] = as_sentence
    environment.filters["ratio"] = lambda margin: str(Ratio(*margin))
    return environment.get_template(name)
