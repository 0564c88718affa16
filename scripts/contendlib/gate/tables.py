"""A gate's result in Markdown, worst first, and in JUnit's XML."""

from xml.etree import ElementTree

from contendlib.gate.outcome import Outcome, Row, headline
from contendlib.gate.rule import Rule, Verdict

_MOST_NOTES = 200


def markdown(outcome: Outcome) -> str:
    """For a CI summary."""
    lines = [
        f"## Regression gate: {headline(outcome)}",
        "",
        f"`{outcome.head}` against `{outcome.base}`, {outcome.elapsed_s:.0f} s of {outcome.budget_s:.0f} s, seed "
        f"{outcome.seed}, machine {outcome.machine_id}.",
        "",
        "| verdict | benchmark | head / base | interval | pairs | noise of a pair | could have seen | must see | why |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
        *(_line(row) for row in outcome.worst_first),
        "",
        f"Above 1 is slower. FAIL was confirmed on fresh pairs; a suite of equal programs fails with a probability of at "
        f"most {outcome.alpha:.1%}. PASS rules the smallest effect that must be seen out: a benchmark that is slower by that "
        f"much passes with a probability of at most {Rule().wrong_pass:.1%}. INCONCLUSIVE is neither.",
    ]
    lines += [f"- {note}" for note in outcome.notes]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    why = "; ".join([part for part in (row.reason, *row.notes) if part])[:_MOST_NOTES]
    name = row.benchmark.replace("|", "\\|")
    cells = [
        row.verdict.value.upper(),
        f"`{name}`",
        _ratio(row.ratio) if row.ratio is not None else "",
        _interval(row),
        str(row.pairs or ""),
        _percent(row.noise),
        _percent(row.detectable),
        _percent(row.min_effect or None),
        why.replace("|", "\\|").replace("\n", " "),
    ]
    return "| " + " | ".join(cells) + " |"


def junit(outcome: Outcome) -> str:
    """A test case for each benchmark: FAIL is a failure, ERROR an error, what is undecided skipped."""
    suite = ElementTree.Element(
        "testsuite",
        name="regression gate",
        tests=str(len(outcome.rows)),
        failures=str(outcome.count(Verdict.FAIL)),
        errors=str(outcome.count(Verdict.ERROR) + bool(outcome.fault)),
        skipped=str(sum(_is_skipped(row) for row in outcome.rows)),
        time=f"{outcome.elapsed_s:.3f}",
    )
    for row in outcome.worst_first:
        program, _, name = row.benchmark.partition(":")
        case = ElementTree.SubElement(suite, "testcase", classname=_printable(program), name=_printable(name))
        message = _printable("; ".join(part for part in (_figures(row), row.reason) if part))
        if row.verdict is Verdict.FAIL:
            ElementTree.SubElement(case, "failure", message=message)
        elif row.verdict is Verdict.ERROR:
            ElementTree.SubElement(case, "error", message=_printable(row.reason))
        elif _is_skipped(row):
            ElementTree.SubElement(case, "skipped", message=f"{row.verdict.value}: {message}")
    if outcome.fault:
        case = ElementTree.SubElement(suite, "testcase", classname="gate", name="own check")
        ElementTree.SubElement(case, "error", message=_printable(outcome.fault))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _is_skipped(row: Row) -> bool:
    return row.verdict in (Verdict.INCONCLUSIVE, Verdict.ONLY_BASE, Verdict.ONLY_HEAD)


def _printable(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


def _figures(row: Row) -> str:
    if row.ratio is None:
        return ""
    return f"{_ratio(row.ratio)} of base" + (f" ({interval})" if (interval := _interval(row)) else "")


def _interval(row: Row) -> str:
    """Empty where there are too few pairs for one; of those of a first look there is always one."""
    return "" if row.low is None and row.high is None else f"{_ratio(row.low)} to {_ratio(row.high)}"


def _ratio(value: float | None) -> str:
    return "?" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f} %"
