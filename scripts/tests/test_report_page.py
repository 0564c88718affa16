"""The report in headless Chromium: no error, no request beyond the file, and it sorts, filters and fits a
phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import browser as chromium
from contendlib import report
from synthetic_results import write_run

pytestmark = pytest.mark.skipif(
    chromium.CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"
)

WIDTHS = (1280, 400)


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Browser]:
    with chromium.browser() as found:
        yield found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = write_run(tmp_path_factory.mktemp("run"), repetitions=2, suites=("lock", "floor"))
    return report.write([folder], None).as_uri()


@pytest.fixture(scope="module")
def page(browser: chromium.Browser, url: str) -> chromium.Page:
    return browser.open(url)


def test_the_page_opens_without_an_error_or_a_request_beyond_its_file(page: chromium.Page, url: str) -> None:
    assert page.errors == []
    assert chromium.beyond(page, url) == []
    assert page.evaluate("document.querySelectorAll('figure svg').length") == 10


def test_a_comparison_opens_likewise(browser: chromium.Browser, tmp_path: Path) -> None:
    runs = [write_run(tmp_path / str(cpus), cpus=cpus, repetitions=2, suites=("lock",)) for cpus in (2, 4)]
    url = report.write(runs, tmp_path / "both.html").as_uri()
    page = browser.open(url)
    assert (page.errors, chromium.beyond(page, url)) == ([], [])


@pytest.mark.parametrize(
    ("planted", "finding"),
    [
        ("<script>console.error('planted')</script>", "planted"),
        ("<script>undefined.planted</script>", "planted"),
        ("<script>Promise.reject(new Error('planted'))</script>", "planted"),
    ],
)
def test_the_check_catches_a_planted_error(
    browser: chromium.Browser, tmp_path: Path, planted: str, finding: str
) -> None:
    path = tmp_path / "planted.html"
    path.write_text(f"<!DOCTYPE html><title>x</title>{planted}")
    assert any(finding in error for error in browser.open(path.as_uri()).errors)


@pytest.mark.parametrize(
    "planted",
    [
        "<img src='http://127.0.0.1:9/planted.png' alt=''>",
        "<script src='planted.js'></script>",
        "<script>fetch('http://127.0.0.1:9/planted').catch(() => 0)</script>",
        "<link rel=stylesheet href='planted.css'>",
    ],
)
def test_the_check_catches_a_planted_request(browser: chromium.Browser, tmp_path: Path, planted: str) -> None:
    path = tmp_path / "planted.html"
    path.write_text(f"<!DOCTYPE html><title>x</title>{planted}")
    assert any(
        "planted" in request for request in chromium.beyond(browser.open(path.as_uri()), path.as_uri())
    )


def column(page: chromium.Page, number: int) -> list[str]:
    return page.evaluate(
        f"Array.from(document.querySelectorAll('#cases tbody tr'), r => r.cells[{number}].dataset.value)"
    )


def test_a_click_and_the_keyboard_sort_a_column(page: chromium.Page) -> None:
    header = "document.querySelectorAll('#cases thead button')[5]"
    page.evaluate(f"{header}.click()")
    assert page.evaluate(f"{header}.closest('th').getAttribute('aria-sort')") == "ascending"
    times = [float(v) for v in column(page, 5)]
    assert times == sorted(times)
    page.evaluate(f"{header}.focus()")
    for kind in ("keyDown", "keyUp"):
        page.browser.call(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": "Enter", "code": "Enter", "text": "\r", "windowsVirtualKeyCode": 13},
            page.session,
        )
    times = [float(v) for v in column(page, 5)]
    assert times == sorted(times, reverse=True)
    assert page.evaluate("document.querySelectorAll('#cases [aria-sort]').length") == 1


def test_the_filter_hides_other_rows_and_a_link_to_one_brings_it_back(page: chromium.Page) -> None:
    page.evaluate(
        "(i => { i.value = 'TicketLock processes'; i.dispatchEvent(new Event('input')); })"
        "(document.getElementById('filter'))"
    )
    shown = page.evaluate(
        "Array.from(document.querySelectorAll('#cases tbody tr:not([hidden])'), r => r.textContent)"
    )
    assert shown and all("TicketLock" in text and "processes" in text for text in shown)
    assert page.evaluate("document.getElementById('filtered').textContent").startswith(f"{len(shown)} of ")
    page.evaluate("new Promise(done => { location.hash = 'row-0'; setTimeout(done, 100); })")
    assert page.evaluate("document.getElementById('row-0').hidden") is False


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_its_window_and_can_be_read_in_both_schemes(
    page: chromium.Page, width: int, scheme: str
) -> None:
    page.shape(width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink, paper = (
        page.evaluate(f"getComputedStyle(document.body).{name}") for name in ("color", "backgroundColor")
    )
    assert contrast(ink, paper) > 7
    words = page.evaluate(
        "getComputedStyle(document.querySelector('figure svg g[style*=\"fill: var(--ink)\"]')).fill"
    )
    assert contrast(words, paper) > 7


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours written as 'rgb(r, g, b)'."""

    def luminance(color: str) -> float:
        parts = [int(v) / 255 for v in color.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
