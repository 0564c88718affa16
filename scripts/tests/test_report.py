"""The report: what is on the page, what bad input says, and that comparing runs keeps machines apart."""

from __future__ import annotations

from html.parser import HTMLParser
import json
from pathlib import Path
import re
from typing import Any

import pytest

from contendlib import report
from contendlib.exits import ContendError
from contendlib.page import caveats, comparison, machine, table
from contendlib.plots import gallery
from contendlib.plots.style import FAINT, INK, MUTED, PAPER, RULE, SHADE
from contendlib.page.svg import VARIABLES
from contendlib.run_data import RunData
from contendlib.verdicts import decisions, verdicts
from synthetic_results import write_run

MOST_BYTES = 5_000_000
EXPECTED = {
    "locks-threads",
    "locks-processes",
    "fairness-shares",
    "fairness-throughput",
    "readers-writers",
    "hand-off",
    "latency-lock-sections",
    "latency-lock-sections-oversubscribed",
    "latency-queue-ping-pong",
    "lock-workloads",
    "lock-workloads-oversubscribed",
    "queues-spin",
    "queues-block",
    "ping-pong",
    "queue-workloads-spin",
    "queue-workloads-block",
    "queue-workloads-standing",
    "executors-cpu-chain",
    "executors-tcp-request",
    "executors-overhead",
    "executors-grain",
    "sync",
    "core-to-core",
    "floors",
}


class Outline(HTMLParser):
    """Ids, references to ids, references to anything else, and pictures without a name."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.outside: list[str] = []
        self.unnamed: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        for name in ("href", "xlink:href", "src", "action", "srcset", "poster"):
            if (target := found.get(name)) is not None:
                self.links.add(target[1:]) if target.startswith("#") else self.outside.append(target)
        if (tag == "img" and not found.get("alt")) or (
            tag == "svg" and not found.get("aria-label") and found.get("aria-hidden") != "true"
        ):
            self.unnamed.append(tag)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"), repetitions=3)


@pytest.fixture(scope="module")
def page(run_folder: Path) -> str:
    path = report.write([run_folder], None, draw=("svg",))
    assert path == run_folder / "report.html"
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def drawn(run_folder: Path, page: str) -> gallery.Gallery:
    """The plots on the page."""
    found = gallery.stored(RunData.load(run_folder))
    assert found is not None
    return found


def rewritten(folder: Path, name: str, change: Any) -> None:
    path = folder / name
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def small(folder: Path, **options: Any) -> Path:
    return write_run(folder, **{"repetitions": 2, "suites": ("floor",)} | options)


def test_the_page_holds_all_its_parts_in_their_order(page: str) -> None:
    headings = re.findall(r"<h2[^>]*>([^<]+)", page)
    assert [h.split(":")[0] for h in headings] == [
        "Verdicts",
        "Look up a pattern",
        "Decision table",
        "Evidence",
        "What the tutorials claim, measured",
        "The machine",
        "Caveats",
        "How to read this",
        "Raw data",
    ]
    assert page.count("<figure") == len(EXPECTED)


def test_a_full_run_gives_every_plot(drawn: gallery.Gallery) -> None:
    assert {plot.name for plot in drawn.drawn} == EXPECTED
    assert list(drawn.skipped) == []
    assert all(path.stat().st_size > 1000 for path in drawn.files)


def test_every_plot_has_a_conclusion_a_caption_an_alternative_and_a_command(drawn: gallery.Gallery) -> None:
    for plot in drawn.drawn:
        assert len(plot.title.split()) > 5, plot.name
        assert "n = 3 repetitions" in plot.caption and "placement compact" in plot.caption, plot.name
        assert re.search(r"\b(is|are) (better|cheaper)\b|the better\b|better\)", plot.caption), plot.name
        assert "95 %" in plot.caption
        assert plot.caption.startswith("SYNTHETIC")
        assert plot.title in plot.alt
        assert plot.command.startswith("./scripts/contend run ")


def test_the_page_is_self_contained_and_small(page: str) -> None:
    found = outline(page)
    assert [o for o in found.outside if not o.startswith("data:")] == []
    assert not re.search(r"@import|url\((?!#|data:)", page)
    assert len(page.encode()) < MOST_BYTES


def test_ids_are_unique_and_every_link_within_the_page_leads_somewhere(page: str) -> None:
    found = outline(page)
    assert len(found.ids) == len(set(found.ids))
    assert found.links <= set(found.ids)


def test_every_plot_has_an_accessible_name_and_its_command(page: str) -> None:
    assert outline(page).unnamed == []
    assert page.count("Measure this again") == page.count("Figures as a table") == len(EXPECTED)


def test_plots_take_the_colours_of_the_page(page: str) -> None:
    assert set(VARIABLES) == {INK, MUTED, FAINT, RULE, SHADE, PAPER}
    drawings = "".join(re.findall(r"<svg.*?</svg>", page, re.S))
    assert not [color for color in VARIABLES if color in drawings]
    assert "var(--ink)" in drawings


def test_every_verdict_is_printed_with_its_rows_and_command(page: str, run_folder: Path) -> None:
    run = RunData.load(run_folder)
    for verdict in verdicts(run.summary, run.machine):
        assert verdict.command.replace("'", "&#39;") in page
        assert all(case in page for case in verdict.cases)


def test_what_is_synthetic_says_so(page: str) -> None:
    assert 'role="alert"><strong>Synthetic figures.' in page


def test_what_is_measured_does_not_say_synthetic(tmp_path: Path) -> None:
    small(tmp_path)
    for name in ("summary.json", "machine.json", "manifest.json"):
        rewritten(tmp_path, name, lambda document: document | {"synthetic": False})
    assert "ynthetic figures" not in report.write([tmp_path], None).read_text()


def test_failed_cases_stay_on_the_page(page: str) -> None:
    assert "4 cases failed: shown as failed, and ranked nowhere." in page
    assert page.count('class="failed"') == 4
    assert "failed: item 17 of producer 0 arrived twice" in page


def test_text_from_results_is_escaped(tmp_path: Path) -> None:
    rewritten(small(tmp_path), "machine.json", lambda card: card | {"cpu_model": "<script>alert(1)</script>"})
    assert "<script>alert" not in report.write([tmp_path], None).read_text()


def test_the_report_goes_where_it_is_told(tmp_path: Path) -> None:
    target = tmp_path / "new" / "page.html"
    assert report.write([small(tmp_path / "run")], target) == target
    assert target.is_file() and not (tmp_path / "run" / "plots").exists()


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda d: None, "no such folder"),
        (lambda d: d.mkdir(), "holds no summary.json; give the folder of a run"),
        (lambda d: (d.mkdir(), (d / "samples.jsonl").write_text("")), "contend run --resume"),
        (
            lambda d: rewritten(small(d), "summary.json", lambda s: s | {"schema": 0}),
            "schema 0, and this version reads schema 1",
        ),
        (lambda d: rewritten(small(d), "summary.json", lambda s: {"cases": s["cases"]}), "schema unknown"),
        (lambda d: rewritten(small(d), "summary.json", lambda s: s | {"cases": []}), "holds no case"),
        (lambda d: rewritten(small(d), "summary.json", lambda s: [s]), "a JSON object was expected"),
        (lambda d: (small(d) / "summary.json").write_text('{"schema": 1, "ca'), "not valid JSON"),
    ],
)
def test_a_folder_that_holds_no_usable_run_is_one_message(tmp_path: Path, prepare: Any, message: str) -> None:
    folder = tmp_path / "run"
    prepare(folder)
    with pytest.raises(ContendError) as failure:
        report.write([folder], tmp_path / "page.html")
    assert message in failure.value.message
    assert str(folder) in failure.value.message


def test_no_folder_at_all_and_an_unwritable_target_are_messages(tmp_path: Path) -> None:
    with pytest.raises(ContendError, match="give the folder of a run"):
        report.write([], None)
    (tmp_path / "file").write_text("")
    with pytest.raises(ContendError, match="cannot be written"):
        report.write([small(tmp_path / "run")], tmp_path / "file" / "page.html")


def test_missing_parts_of_a_run_are_said_on_the_page(tmp_path: Path) -> None:
    small(tmp_path)
    for name in ("machine.json", "samples.jsonl"):
        (tmp_path / name).unlink()
    (tmp_path / "manifest.json").write_text("{")
    page = report.write([tmp_path], None).read_text()
    for words in (
        "machine.json is missing",
        "samples.jsonl is missing",
        "manifest.json: not valid JSON",
        "Not measured in this run: locks, queues, executors and the rest of threading",
        "Not drawn: locks, since no lock was measured",
    ):
        assert words in page


def test_a_last_line_cut_by_a_crash_is_said_and_left_out(tmp_path: Path) -> None:
    samples = write_run(tmp_path, repetitions=2, suites=("lock",)) / "samples.jsonl"
    whole = RunData.load(tmp_path)
    assert whole.notes == []
    samples.write_text(samples.read_text()[:-40])
    cut = RunData.load(tmp_path)
    assert "the last line of samples.jsonl is cut off" in cut.notes[0]
    assert len(list(cut.samples("lock/"))) == len(list(whole.samples("lock/"))) > 0


def test_few_worker_counts_make_models_not_estimable(run_folder: Path) -> None:
    found = [c.text for c in caveats.caveats(RunData.load(run_folder), [])]
    assert any("not estimable from 2 worker counts within 2 CPUs" in text for text in found)
    assert any("Not compared: nsync" in text for text in found)
    assert any("The harness itself takes" in text for text in found)


def test_an_incomplete_run_and_its_notes_are_caveats(tmp_path: Path) -> None:
    rewritten(
        small(tmp_path),
        "manifest.json",
        lambda m: m | {"status": "interrupted", "notes": ["3 repetitions in place of 5"]},
    )
    found = [c.text for c in caveats.caveats(RunData.load(tmp_path), [])]
    assert any("not complete (status: interrupted)" in text for text in found)
    assert "3 repetitions in place of 5." in found


def test_a_large_table_keeps_what_failed_and_says_what_it_left_out(tmp_path: Path) -> None:
    rows = RunData.load(small(tmp_path, cpus=80, repetitions=1)).rows
    rows.append(RunData.load(write_run(tmp_path / "q", repetitions=1, suites=("queue",))).rows[-1])
    shown = table.table(rows)
    assert len(shown.rows) == table.MOST_ROWS
    assert shown.left_out == len(rows) - table.MOST_ROWS
    assert rows[-1].case in shown.anchors


def test_the_card_says_what_is_unknown_and_warnings_carry_their_remedy(tmp_path: Path) -> None:
    card = {
        "cpu_model": "X",
        "cpus": [0, 1, 2, 7],
        "logical_cpus": 8,
        "sockets": 1,
        "cores_per_socket": 4,
        "governor": "powersave",
        "noise": {"spread_percent": 25.0, "steal_percent": 3.2},
        "memory_bytes": 2**34,
        "smt": True,
        "turbo": True,
    }
    rewritten(small(tmp_path), "machine.json", lambda _: card)
    (tmp_path / "manifest.json").unlink()
    run = RunData.load(tmp_path)
    found = dict(machine.facts(run))
    assert found["CPUs used"] == "4 of 8 (0-2,7)"
    assert found["Topology"] == "1 socket and 4 cores per socket"
    assert found["Memory"] == "16 GiB"
    assert found["Kernel"] == "unknown"
    assert "25 %" in found["Noise of a fixed loop"]
    assert (
        "the CPU frequency governor is powersave: clocks change during the run",
        "cpupower frequency-set --governor performance",
    ) in machine.warnings(run)


def test_cpus_are_those_chosen_for_the_run_not_the_machines(tmp_path: Path) -> None:
    write_run(tmp_path, cpus=4, repetitions=2, suites=("lock",))
    rewritten(tmp_path, "manifest.json", lambda m: m | {"options": m["options"] | {"cpus": [1, 3]}})
    run = RunData.load(tmp_path)
    assert run.cpus == 2
    assert dict(machine.facts(run))["CPUs used"] == "2 of 4 (1,3)"
    oversubscribed = [v for v in decisions(run.summary, run.machine, run.manifest) if v.regime == "oversubscribed"]
    assert oversubscribed and all("on 2 CPUs" in v.text for v in oversubscribed)
    without = RunData(run.folder, run.summary, run.machine, {"options": {"cpus": "?"}}, run.rows)
    assert without.cpus == 4


def test_runs_beside_each_other_mark_what_differs(tmp_path: Path, run_folder: Path) -> None:
    other = write_run(tmp_path / "other", cpus=4, repetitions=3, seed=2)
    page = report.write([run_folder, other], tmp_path / "both.html").read_text()
    found = outline(page)
    assert found.outside == ["data:,"] and len(found.ids) == len(set(found.ids))
    runs = [RunData.load(run_folder), RunData.load(other)]
    assert [fact.name for fact in comparison.fact_lines(runs) if fact.differs] == [
        "CPU",
        "CPUs used",
        "Seed of the order",
    ]
    lines = {(line.pattern, line.regime, line.subject): line for line in comparison.lines(runs)}
    line = lines[("Bare shared counter", "within cores", "TicketLock")]
    assert [cell.words for cell in line.cells] == ["2 workers", "4 workers"]
    assert line.baseline == "std::mutex"
    assert not lines[("Bare shared counter", "alone", "TicketLock")].differs
    queue = lines[
        ("SPSC queue, 1 producer and 1 consumer, spinning, capacity 1,024", "within cores", "SpscRing")
    ]
    assert queue.baseline == "the best"
    assert [cell.ratio and cell.ratio.value for cell in queue.cells] == [1.0, 1.0]


def test_runs_beside_each_other_cover_every_workload_but_the_paced(run_folder: Path) -> None:
    run = RunData.load(run_folder)
    rows = [r for r in run.rows if r.suite != "floor" and r.workload not in comparison.PACED]
    lines = comparison.lines([run, run])
    shown = {(line.pattern, line.subject) for line in lines} | {(line.pattern, line.baseline) for line in lines}
    assert {(comparison.pattern(r), r.subject) for r in rows if not run.is_null(r.subject)} <= shown
    assert len({comparison.pattern(r) for r in rows if r.workload == "readers_writers"}) == 3
    assert {line.baseline for line in lines if line.pattern.startswith("99 % reads")} == {comparison.BEST}
    assert {line.baseline for line in lines if line.pattern == "Recursive lock (depth 4)"} == {"std::recursive_mutex"}
    assert [fact.differs for fact in comparison.floors([run, run])] == [False] * len(comparison.floors([run]))


def test_teams_are_not_mixed_and_ratios_to_different_baselines_never_differ(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=3, suites=("lock",)))
    without = RunData(
        run.folder, run.summary, run.machine, run.manifest, [r for r in run.rows if r.subject != "std::mutex"]
    )
    lines = {(line.pattern, line.regime, line.subject): line for line in comparison.lines([run, without])}
    assert {"within cores", "processes"} <= {regime for _, regime, _ in lines}
    slow = lines[("Bare shared counter", "within cores", "absl::Mutex")]
    assert slow.baseline == "std::mutex / the best" and not slow.differs
    first, second = (cell.ratio for cell in slow.cells)
    assert first and second and first.low > second.high


def test_the_page_of_a_finished_run_and_its_plots_are_made_at_once(tmp_path: Path) -> None:
    folder = small(tmp_path)
    page = report.write([folder], None, draw=("svg", "png")).read_text()
    stored = gallery.stored(RunData.load(folder))
    assert stored and {path.suffix for path in stored.files} == {".svg", ".png"}
    assert all(path.stat().st_size for path in stored.files)
    assert all(f'id="plot-{plot.name}"' in page for plot in stored.drawn)
    assert report.write([folder], None).read_text() == page, "from the stored plots it is the same"


def test_drawings_on_the_page_leave_out_the_title_and_caption_that_it_prints(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repetitions=2, suites=("floor",))
    page = report.write([folder], None, draw=("svg",)).read_text()
    drawing = (folder / "plots" / "floors.svg").read_text()
    assert all(f'<g id="{name}">' in drawing for name in gallery.WORDS)
    assert not any(f"-{name}" in page or f'<g id="{name}">' in page for name in gallery.WORDS)
    inlined = page[page.index('id="plot-floors"') :].split("</figure>")[0]
    assert inlined.count("<use") < 0.6 * drawing.count("<use ")
    assert inlined.count("<g>") + inlined.count("<g ") == inlined.count("</g>")


def test_a_run_beside_itself_differs_nowhere_and_a_missing_suite_is_said(
    tmp_path: Path, run_folder: Path
) -> None:
    run = RunData.load(run_folder)
    assert not any(line.differs for line in comparison.lines([run, run]))
    locks = RunData.load(write_run(tmp_path, repetitions=2, suites=("lock",)))
    words = {
        cell.words
        for line in comparison.lines([run, locks])
        if "queue" in line.pattern
        for cell in line.cells
    }
    assert "not measured" in words
