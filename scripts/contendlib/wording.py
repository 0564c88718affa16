"""Figures and lists as people read them, the same in verdicts, plots and report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime


def significant(value: float, digits: int = 2) -> str:
    """Rounded to that many digits, without exponent and without trailing noise: 1.8, 19, 240, 0.05."""
    if not math.isfinite(value):
        return "n/a"
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    places = max(digits - 1 - math.floor(math.log10(abs(rounded))), 0)
    return f"{rounded:,.{places}f}"


def ratio(value: float) -> str:
    """A ratio, to the hundredth near 1, where the next digit decides who leads."""
    return f"{value:.2f}" if 0.5 < value < 1.295 else significant(value)


def times(value: float) -> str:
    return f"{ratio(value)}x"


def between(low: float, high: float) -> str:
    """'1.3 to 1.9x': both to the same digit; one of them where they are alike."""
    words = ratio if ratio(high) == f"{high:.2f}" else significant
    return f"{words(high)}x" if words(low) == words(high) else f"{words(low)} to {words(high)}x"


def duration(nanoseconds: float, digits: int = 2) -> str:
    return _scaled(nanoseconds, digits, ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")))


def rate(per_second: float, digits: int = 2) -> str:
    return _scaled(per_second, digits, ((1e9, "G/s"), (1e6, "M/s"), (1e3, "k/s"), (1, "/s")))


def percent(fraction: float) -> str:
    value = 100 * fraction
    if 0 < value < 0.0005:
        return "under 0.001 %"
    return f"{value:.0f} %" if value >= 0.95 or value == 0 else f"{significant(value, 1)} %"


def nines(one_in: float) -> str:
    """The share of all but one in so many: '50 %', '99 %', '99.9 %'."""
    return f"{100 * (1 - 1 / one_in):.{max(round(math.log10(one_in)) - 2, 0)}f} %"


def arguments(args: Mapping[str, object]) -> str:
    """'cs 50 ns, out 50 ns'; 'permits 2, hold 2 µs'."""
    return ", ".join(_argument(name, value) for name, value in args.items())


def _argument(name: str, value: object) -> str:
    for unit, factor in (("_ns", 1.0), ("_us", 1e3), ("_ms", 1e6)):
        if name.endswith(unit):
            return f"{name.removesuffix(unit)} {duration(factor * float(str(value)))}"
    return f"{name.removesuffix('_percent')} {value}{' %' if name.endswith('_percent') else ''}".replace("_", " ")


def stamp(utc: object) -> str:
    """'2026-11-21 17:49 UTC' of '20261121T174900Z'; what is no such stamp as it is."""
    with suppress(ValueError):
        return datetime.strptime(str(utc), "%Y%m%dT%H%M%SZ").strftime("%Y-%m-%d %H:%M UTC")
    return str(utc or "unknown")


def count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def joined(words: Sequence[str], last: str = "and") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def a_few(words: Sequence[str], most: int = 4) -> str:
    """The first few words, and how many more there are."""
    if len(words) <= most:
        return joined(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more"


def _scaled(value: float, digits: int, units: Sequence[tuple[float, str]]) -> str:
    if not math.isfinite(value):
        return "n/a"
    for factor, unit in units:
        # Just below it, the next unit down would be rounded to 1,000 of it.
        if abs(value) >= factor * (1 - 0.5 * 10**-digits):
            return f"{significant(value / factor, digits).removesuffix('.0')} {unit}"
    factor, unit = units[-1]
    return f"{significant(value / factor, digits)} {unit}"
