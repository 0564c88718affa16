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
    assert page.evaluate("document.querySelectorAll('figure').length") >= 10
    assert page.evaluate("document.querySelectorAll('figure:not(:has(svg)), figure:not(:has(tbody tr))').length") == 0


@pytest.fixture(scope="module")
def both(browser: chromium.Browser, tmp_path_factory: pytest.TempPathFactory) -> tuple[chromium.Page, str]:
    folder = tmp_path_factory.mktemp("both")
    runs = [
        write_run(folder / str(cpus), cpus=cpus, repetitions=2, suites=("lock", "queue", "floor")) for cpus in (2, 4)
    ]
    url = report.write(runs, folder / "both.html").as_uri()
    return browser.open(url), url


def test_a_comparison_opens_likewise(both: tuple[chromium.Page, str]) -> None:
    page, url = both
    assert (page.errors, chromium.beyond(page, url)) == ([], [])


def test_a_comparison_sorts_filters_and_leaves_one_subject(both: tuple[chromium.Page, str]) -> None:
    page, _ = both
    page.evaluate("document.querySelectorAll('#cases thead button')[4].click()")
    ratios = [float(v) for v in column(page, 4)]
    assert len(ratios) > 50 and ratios == sorted(ratios)
    set_value(page, "filter", "differs", "input")
    differing = shown(page, "#cases tbody tr")
    assert differing and all("differs" in text for text in differing)
    text = " ".join(page.evaluate("document.body.textContent").split())
    assert f"{len(differing)} of {len(ratios)} lines differ" in text
    set_value(page, "filter", "", "input")
    set_value(page, "subject", "TicketLock", "change")
    rows = shown(page, "#cases tbody tr")
    assert 0 < len(rows) < len(ratios) and all("TicketLock" in text for text in rows)
    assert all("TicketLock" in text for text in shown(page, ".verdicts > li"))
    set_value(page, "subject", "", "change")
    assert len(shown(page, "#cases tbody tr")) == len(ratios)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_comparison_fits_its_window(both: tuple[chromium.Page, str], width: int, scheme: str) -> None:
    page, _ = both
    page.shape(width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def opened(browser: chromium.Browser, folder: Path, body: str) -> tuple[chromium.Page, str]:
    """A page of this body, and its address."""
    path = folder / "planted.html"
    path.write_text(f"<!DOCTYPE html><title>x</title>{body}")
    return browser.open(path.as_uri()), path.as_uri()


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
    page, _ = opened(browser, tmp_path, planted)
    assert any(finding in error for error in page.errors)


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
    page, url = opened(browser, tmp_path, planted)
    assert any("planted" in request for request in chromium.beyond(page, url))


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
    press(page, "Enter", 13, "\r")
    times = [float(v) for v in column(page, 5)]
    assert times == sorted(times, reverse=True)
    assert page.evaluate("document.querySelectorAll('#cases [aria-sort]').length") == 1


def shown(page: chromium.Page, rows: str) -> list[str]:
    """The texts of the rows that are not hidden."""
    return page.evaluate(f"Array.from(document.querySelectorAll('{rows}'), r => r.hidden ? '' : r.textContent).filter(Boolean)")


def set_value(page: chromium.Page, name: str, value: str, event: str) -> None:
    """As a user who types or chooses."""
    page.evaluate(
        f"(i => {{ i.value = '{value}'; i.dispatchEvent(new Event('{event}')); }})(document.getElementById('{name}'))"
    )


def test_the_filter_hides_other_rows_and_a_link_to_one_brings_it_back(page: chromium.Page) -> None:
    set_value(page, "filter", "TicketLock processes", "input")
    rows = shown(page, "#cases tbody tr")
    assert rows and all("TicketLock" in text and "processes" in text for text in rows)
    assert page.evaluate("document.querySelector('.filtered').textContent").startswith(f"{len(rows)} of ")
    page.evaluate("new Promise(done => { addEventListener('hashchange', () => done(), {once: true}); location.hash = 'row-0'; })")
    assert page.evaluate("document.getElementById('row-0').hidden") is False


@pytest.mark.parametrize("rows", ["#cases tbody tr", "#decisions tbody tr", ".verdicts > li", "figure tbody tr"])
def test_a_subject_that_is_chosen_leaves_only_what_is_about_it(page: chromium.Page, rows: str) -> None:
    everything = shown(page, rows)
    set_value(page, "subject", "TicketLock", "change")
    of_it = shown(page, rows)
    rest_on_it = page.evaluate(
        f"Array.from(document.querySelectorAll('{rows}')).filter(r => !r.hidden).every("
        "r => r.dataset.subjects ? r.dataset.subjects.split('|').includes('TicketLock') : r.textContent.includes('TicketLock'))"
    )
    set_value(page, "subject", "", "change")
    assert 0 < len(of_it) < len(everything) and rest_on_it
    assert shown(page, rows) == everything


def test_the_subject_and_the_words_filter_together(page: chromium.Page) -> None:
    set_value(page, "filter", "oversubscribed", "input")
    set_value(page, "filter", "processes", "input")
    set_value(page, "subject", "TicketLock", "change")
    rows = shown(page, "#cases tbody tr")
    set_value(page, "subject", "", "change")
    more = shown(page, "#cases tbody tr")
    set_value(page, "filter", "", "input")
    assert rows and all("TicketLock" in text and "processes" in text for text in rows)
    assert len(rows) < len(more) and all("processes" in text for text in more)


def test_the_values_of_a_plot_open_by_keyboard_and_sort_by_what_they_mean(page: chromium.Page) -> None:
    figure = "document.querySelector('#plot-locks-threads .figures')"
    assert page.evaluate(f"{figure}.open") is False
    page.evaluate(f"{figure}.querySelector('summary').focus()")
    press(page, "Enter", 13, "\r")
    assert page.evaluate(f"{figure}.open") is True
    page.evaluate(f"Array.from({figure}.querySelectorAll('button')).find(b => b.textContent === 'Time/op').click()")
    times = page.evaluate(f"Array.from({figure}.querySelectorAll('tbody tr'), r => r.cells[3].textContent)")
    assert len(times) > 20
    values = [quantity(t) for t in times]
    assert values == sorted(values) and {"ns", "µs"} <= {t.split()[1] for t in times}


def quantity(words: str) -> float:
    number, unit = words.split()
    return float(number.replace(",", "")) * {"ns": 1, "µs": 1e3, "ms": 1e6}[unit]


def press(page: chromium.Page, key: str, code: int, text: str = "") -> None:
    for kind in ("keyDown", "keyUp"):
        page.browser.call(
            "Input.dispatchKeyEvent",
            {"type": kind, "key": key, "code": key, "text": text, "windowsVirtualKeyCode": code},
            page.session,
        )


def test_all_that_can_be_operated_is_reached_by_the_tab_key(page: chromium.Page) -> None:
    """Links, fields and buttons of what is open, and the boxes that scroll."""
    wanted = page.evaluate(
        "Array.from(document.querySelectorAll('nav a, #subject, #filter, #decisions thead button, figure > .scroll')).length"
    )
    page.evaluate("document.activeElement.blur(); window.reached = new Set(); scrollTo(0, 0)")
    page.evaluate("document.addEventListener('focusin', e => reached.add(e.target))")
    page.evaluate("document.querySelectorAll('#cases tbody tr').forEach(r => r.remove())")
    page.evaluate("document.querySelector('nav a').focus()")
    for _ in range(400):
        press(page, "Tab", 9)
        if page.evaluate("document.activeElement.id") == "filter":
            break
    reached = page.evaluate(
        "Array.from(document.querySelectorAll('nav a, #subject, #filter, #decisions thead button, figure > .scroll'))"
        ".filter(e => reached.has(e)).length"
    )
    assert reached == wanted > 20


NAMED = {"button", "link", "textbox", "searchbox", "combobox", "image", "img", "table", "region", "heading", "navigation"}


def nameless(page: chromium.Page) -> list[str]:
    """What assistive technology would announce as no more than its role."""
    page.browser.call("Accessibility.enable", {}, page.session)
    nodes = page.browser.call("Accessibility.getFullAXTree", {}, page.session)["nodes"]
    return [
        f"{node['role']['value']} {node['nodeId']}"
        for node in nodes
        if not node.get("ignored")
        and node.get("role", {}).get("value", "").lower() in NAMED
        and not str(node.get("name", {}).get("value", "")).strip()
    ]


def test_everything_that_needs_an_accessible_name_has_one(browser: chromium.Browser, url: str) -> None:
    assert nameless(browser.open(url)) == []


@pytest.mark.parametrize(
    "planted",
    [
        "<button type=button></button>",
        "<svg role=img width=9 height=9><path d='M0 0h9'/></svg>",
        "<input type=search>",
        "<select><option>a</select>",
        "<table><thead><tr><th>a<tbody><tr><td>b</table>",
    ],
)
def test_the_check_catches_a_planted_lack_of_a_name(browser: chromium.Browser, tmp_path: Path, planted: str) -> None:
    page, _ = opened(browser, tmp_path, f"<main>{planted}</main>")
    assert len(nameless(page)) == 1


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
