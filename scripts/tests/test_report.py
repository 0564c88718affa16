"""The report of one run: what is on the page."""

from __future__ import annotations

from pathlib import Path
import re

import pytest

from contendlib import report
from contendlib.plots import gallery
from contendlib.plots.style import FAINT, INK, MUTED, PAPER, RULE, SHADE
from contendlib.page.svg import VARIABLES
from contendlib.run_data import RunData
from contendlib.verdicts import verdicts
from report_pages import outline, rewritten, small
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


def test_every_decision_has_its_trade_off_and_every_verdict_a_link_of_its_own(page: str) -> None:
    assert len(re.findall(r'<li id="verdict-\d+"', page)) == len(re.findall(r'href="#verdict-\d+"', page)) > 8
    cells = re.findall(r'data-label="Trade-off">(.*?)</td>', page)
    assert all(cells) and sum(cell == "–" for cell in cells) < len(cells) / 2


def test_long_names_may_break_and_warnings_are_sentences() -> None:
    assert report.breakable("std::a_b <x>") == "std::<wbr>a_<wbr>b &lt;x&gt;"
    assert report.as_sentence("wait until `uptime` shows < 1") == "Wait until <code>uptime</code> shows &lt; 1"


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
