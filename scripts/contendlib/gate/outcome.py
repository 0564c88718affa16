"""What a gate found, as plain data: one row for each benchmark, and the exit code that follows."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
import math
from statistics import median
from typing import Any

from contendlib.exits import Exit
from contendlib.gate import regime
from contendlib.gate.contest import Contest
from contendlib.gate.rule import Verdict

SCHEMA = 1
ORDER = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.ONLY_BASE,
    Verdict.ONLY_HEAD,
    Verdict.PASS,
)
_DIFFERENT_PARALLELISM = 1.3


@dataclass
class Row:
    """One benchmark. Ratios are head over base; a figure that there is not enough data for is None."""

    benchmark: str
    verdict: Verdict
    reason: str = ""
    metric: str = ""
    min_effect: float = 0.0
    pairs: int = 0  # of which the figures are made
    screened: int = 0
    decided_s: float | None = None  # seconds of the gate until the verdict
    rejected: int = 0
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    noise: float | None = None  # of one pair, relative
    detectable: float | None = None  # relative
    base_ns: float | None = None
    head_ns: float | None = None
    p_value: float | None = None  # of a suspect's fresh pairs
    notes: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """A gate, finished or interrupted."""

    base: str
    head: str
    rows: list[Row]
    seed: int
    alpha: float
    budget_s: float
    elapsed_s: float
    machine_id: str
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    fault: str | None = None  # of the gate itself: no verdict is to be trusted then
    schema: int = SCHEMA

    def count(self, verdict: Verdict) -> int:
        return sum(row.verdict is verdict for row in self.rows)

    @property
    def worst_first(self) -> list[Row]:
        return sorted(self.rows, key=lambda row: (ORDER.index(row.verdict), -(row.ratio or 0.0), row.benchmark))

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": headline(self)}


def row_of(contest: Contest) -> Row:
    """The row of a settled contest."""
    row = Row(
        contest.benchmark.key,
        contest.verdict,
        contest.reason,
        contest.benchmark.metric,
        contest.min_effect,
        screened=len(contest.screening.pairs),
        decided_s=contest.decided_s,
        rejected=contest.rejected,
        p_value=contest.p_value() if contest.suspect else None,
    )
    pairs, found = contest.shown_pairs, contest.evidence()
    if found is None:
        return row
    row.pairs = found.n
    row.ratio, row.low, row.high = math.exp(found.estimate), _exp(found.low), _exp(found.high)
    row.noise, row.detectable = _relative(found.noise), _relative(found.detectable)
    row.base_ns = median(pair.base.time_ns for pair in pairs)
    row.head_ns = median(pair.head.time_ns for pair in pairs)
    row.notes = list(_notes(contest))
    return row


def exit_code(outcome: Outcome, inconclusive: Exit) -> Exit:
    """A fault of the gate or of a benchmark comes before a regression, and that before what is undecided."""
    if outcome.fault:
        return Exit.FAILED
    if outcome.interrupted:
        return Exit.INTERRUPTED
    if outcome.count(Verdict.ERROR):
        return Exit.FAILED
    if outcome.count(Verdict.FAIL):
        return Exit.REGRESSION
    undecided = outcome.count(Verdict.INCONCLUSIVE) + outcome.count(Verdict.ONLY_BASE)
    return inconclusive if undecided else Exit.OK


def headline(outcome: Outcome) -> str:
    """`FAIL: 1 fail, 2 inconclusive, 17 pass`."""
    counts = ", ".join(f"{outcome.count(verdict)} {verdict.value}" for verdict in ORDER if outcome.count(verdict))
    word = {
        Exit.OK: "PASS",
        Exit.FAILED: "ERROR",
        Exit.REGRESSION: "FAIL",
        Exit.INTERRUPTED: "INTERRUPTED",
    }.get(exit_code(outcome, Exit.INCONCLUSIVE), "INCONCLUSIVE")
    return f"{word}: {outcome.fault}" if outcome.fault else f"{word}: {counts or 'nothing was compared'}"


def _notes(contest: Contest) -> Iterable[str]:
    pairs = contest.shown_pairs
    if contest.min_effect > contest.benchmark.min_effect:
        yield "below 10 ns the layout of the code decides about 8 %: the smallest effect is 10 %"
    loaded = sum(regime.is_loaded(half, contest.cpus) for pair in pairs for half in (pair.base, pair.head))
    if loaded > len(pairs):
        yield "others used the CPUs most of the time: this holds for a loaded machine"
    if contest.rejected:
        yield f"{contest.rejected} pairs left out, because others came or went within them"
    used = [_parallelism(contest, side) for side in ("base", "head")]
    if all(used) and max(used) / min(used) > _DIFFERENT_PARALLELISM:
        yield f"base used {used[0]:.1f} CPUs and head {used[1]:.1f}"


def _parallelism(contest: Contest, side: str) -> float:
    found = [getattr(pair, side).parallelism for pair in contest.shown_pairs]
    return median([value for value in found if value is not None] or [0.0])


def _exp(value: float) -> float | None:
    return math.exp(value) if math.isfinite(value) else None


def _relative(value: float) -> float | None:
    return math.expm1(value) if math.isfinite(value) and value < 700 else None
