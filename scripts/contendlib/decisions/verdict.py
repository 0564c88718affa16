"""The verdict type, and the parts that every suite's decisions share: the choice, its words, its
confidence."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from contendlib import remeasure
from contendlib.decisions import trade_offs
from contendlib.ranking import Ranking, only_one, speed_ratio
from contendlib.run_data import Row
from contendlib.wording import a_few, between, count

CONFIDENCES = ("low", "medium", "high")
NOT_PRINTED = 1000

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Verdict:
    """One decision.

    `pick` is None where there is no clear winner; `tied` then names those that share the lead. `margin` is the
    pick over the runner-up. `cases` are the rows it rests on and `command` measures just those again.
    `priority` orders by usefulness; of one `group` only the first is printed.
    """

    text: str
    pattern: str
    regime: str
    pick: str | None
    runner_up: str | None
    margin: tuple[float, float, float] | None
    confidence: str
    cases: tuple[str, ...]
    command: str
    tied: tuple[str, ...] = ()
    trade_off: str = ""
    suite: str = ""
    group: tuple[str, ...] = ()
    priority: int = NOT_PRINTED

    @property
    def alone(self) -> bool:
        """Whether it names the only one that was measured, so that nothing was compared."""
        return self.pick is not None and len(self.cases) == 1

    @property
    def subjects(self) -> list[str]:
        """Those that it names or rests on."""
        rests_on = (case.split("/")[2] for case in self.cases)
        return list(dict.fromkeys(s for s in (self.pick, self.runner_up, *self.tied, *rests_on) if s))


def grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Rows by key, in the order in which the keys first appear."""
    groups: dict[K, list[T]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def confidence(ranking: Ranking, also: Iterable[Row | None] = ()) -> str:
    """High, unless few repetitions, an unstable row or a narrow decision each take a step off."""
    rows = [*ranking.order[:2], *ranking.tied, *(r for r in also if r is not None)]
    margin = ranking.margin
    narrow = margin is not None and (margin.low < 1.1 if ranking.clear else margin.high > 1.5)
    return _level(rows, narrow)


def confidence_of_rows(rows: Iterable[Row], narrow: bool) -> str:
    """As `confidence`, for a decision that is not about one leader."""
    return _level(list(rows), narrow)


def _level(rows: Sequence[Row], narrow: bool) -> str:
    fewest = min(r.n for r in rows)
    steps = (2 if fewest < 3 else 1 if fewest < 5 else 0) + any(not r.stable for r in rows) + narrow
    return CONFIDENCES[max(len(CONFIDENCES) - 1 - steps, 0)]


def choice(ranking: Ranking, baseline: Row | None) -> str:
    """The sentence's second half: what to use and by how much, or that nothing wins."""
    if not ranking.clear:
        return _tie(ranking, baseline)
    leader, runner_up = ranking.leader, ranking.runner_up
    evidence = []
    if runner_up is None:
        evidence.append(only_one(ranking))
    if baseline is not None and baseline.ok and baseline.subject != leader.subject:
        evidence.append(speed_ratio(leader, baseline).of(baseline.subject))
    elif runner_up is not None:
        evidence.append(speed_ratio(leader, runner_up).of(f"the next, {runner_up.subject}"))
    return ", ".join([f"use {leader.subject}", *evidence])


def _tie(ranking: Ranking, baseline: Row | None) -> str:
    leader = ranking.leader
    if len(ranking.order) == 1:
        return f"only {leader.subject} was measured, so nothing can be compared"
    names = [r.subject for r in ranking.tied]
    text = f"no clear winner: {a_few(names)} cannot be told apart"
    if baseline is None or not baseline.ok or baseline in ranking.tied:
        return text
    least, most = (speed_ratio(r, baseline).value for r in (ranking.tied[-1], leader))
    return f"{text}; each is {between(least, most)} {baseline.subject}"


def verdict_of(
    ranking: Ranking,
    text: str,
    pattern: str,
    regime: str,
    baseline: Row | None = None,
    *,
    trade_off: Sequence[str] = (),
    also: Sequence[Row | None] = (),
    group: tuple[str, ...] = (),
    priority: int = NOT_PRINTED,
) -> Verdict:
    """Fills in what follows from the ranking; `also` are rows that the text speaks of beside the leaders, `trade_off` is
    said before what shows in every ranking."""
    said, compared = trade_offs.words(ranking, trade_off)
    named = [*ranking.order[:2], *ranking.tied, baseline, *also, *compared]
    rests_on = list({r.case: r for r in named if r is not None}.values())
    runner_up, margin = ranking.runner_up, ranking.margin
    return Verdict(
        text=text,
        pattern=pattern,
        regime=regime,
        pick=ranking.leader.subject if ranking.clear or runner_up is None else None,
        runner_up=runner_up.subject if runner_up else None,
        margin=margin.as_tuple() if margin else None,
        confidence=confidence(ranking, (baseline, *also)) if ranking.clear or runner_up else "low",
        cases=tuple(r.case for r in rests_on),
        command=remeasure.command(rests_on),
        tied=() if ranking.clear else tuple(r.subject for r in ranking.tied),
        trade_off=said,
        suite=ranking.leader.suite,
        group=group,
        priority=priority,
    )


def crew(row: Row, cpus: int) -> str:
    """'2 threads', '8 threads on 2 CPUs'."""
    noun = {"threads": "thread", "processes": "process"}.get(row.team, "worker")
    text = count(row.workers, noun, "processes" if noun == "process" else None)
    return f"{text} on {count(cpus, 'CPU')}" if row.oversubscribed else text
