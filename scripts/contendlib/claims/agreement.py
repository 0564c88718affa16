"""One figure of the model beside the same figure of an interpreter, and whether they are as near as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
import math
from typing import Any

from contendlib.ranking import Ratio
from contendlib.wording import count, percent

MET, MISSED, NOT_DECIDABLE = "yes", "no", "not decidable"


@dataclass(frozen=True)
class Agreement:
    """One figure of both."""

    what: str
    where: str
    model: str
    interpreter: str
    off: str  # the larger over the smaller, with its interval
    limit: str
    met: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def tally(found: Sequence[Agreement]) -> str:
    """'38 of 42 figures of the model are as near as wanted, 1 is not and 3 cannot be decided'."""
    met, missed = (sum(one.met == which for one in found) for which in (MET, MISSED))
    open_ones = len(found) - met - missed
    return (
        f"{met} of {count(len(found), 'figure')} of the model {'is' if met == 1 else 'are'} as near as wanted, "
        f"{missed or 'none'} {'is' if missed == 1 else 'are'} not and {open_ones or 'none'} cannot be decided"
    )


def verdict(model_over_interpreter: Ratio, limit: float) -> str:
    """Met or missed where the whole interval says so."""
    low, high = model_over_interpreter.low, model_over_interpreter.high
    if 1 / limit <= low and high <= limit:
        return MET
    apart = high < 1 / limit or low > limit
    return MISSED if apart else NOT_DECIDABLE


def judged(what: str, where: str, texts: tuple[str, str], off: Ratio, limit: float) -> Agreement:
    return Agreement(what, where, *texts, str(_larger(off)), within(limit), verdict(off, limit))


def within(limit: float) -> str:
    return f"within {percent(limit - 1)}" if limit < 2 else f"within a factor of {limit:g}"


def missing(what: str, where: str, why: str) -> Agreement:
    return Agreement(what, where, "", why, "", "", NOT_DECIDABLE)


def _larger(off: Ratio) -> Ratio:
    """The larger over the smaller."""
    if off.value >= 1:
        return off
    return Ratio(1 / off.value, 1 / off.high, 1 / off.low if off.low else math.inf)
