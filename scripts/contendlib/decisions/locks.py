"""Decisions about locks: by length of the critical section, and by who contends."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions.verdict import NOT_PRINTED, Verdict, choice, crew, grouped, verdict_of
from contendlib.ranking import SMALLEST_LEAD, Ranking, objection, rank, speed_ratio
from contendlib.run_data import Row
from contendlib.wording import a_few, duration, times

BASELINE = "std::mutex"
SHORT_NS = 100
MEDIUM_NS = 1000

PRIORITY = {
    ("short", "within cores"): 1,
    ("short", "oversubscribed"): 6,
    ("medium", "within cores"): 7,
    ("short", "processes"): 10,
    ("long", "within cores"): 12,
    ("bare", "alone"): 13,
    ("short", "alone"): 13,
    ("bare", "within cores"): 18,
    ("medium", "oversubscribed"): 22,
    ("long", "oversubscribed"): 24,
}


def bucket(cs_ns: float) -> str:
    """The class of a critical section by its length."""
    if cs_ns <= 0:
        return "bare"
    return "short" if cs_ns <= SHORT_NS else "medium" if cs_ns <= MEDIUM_NS else "long"


def pattern(cs_ns: float, out_ns: float) -> str:
    if bucket(cs_ns) == "bare":
        return "Bare shared counter" if out_ns <= 0 else f"Bare shared counter ({duration(out_ns)} outside)"
    return f"{bucket(cs_ns).capitalize()} critical section ({duration(cs_ns)}, {duration(out_ns)} outside)"


def even_first(setting: tuple[float, float]) -> tuple[bool, tuple[float, float]]:
    """Sorts settings: first those with as much work outside as inside, which every run has."""
    return setting[0] != setting[1], setting


def regime(row: Row) -> str:
    if row.team == "processes":
        return (
            "processes, oversubscribed"
            if row.oversubscribed
            else "processes, alone"
            if row.workers == 1
            else "processes"
        )
    return "alone" if row.workers == 1 else "oversubscribed" if row.oversubscribed else "within cores"


def decide(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    """One verdict for each setting and regime, at the regime's largest number of workers. Null subjects are
    not among the rows."""
    settings = grouped(
        (r for r in rows if r.workload == "sections"), lambda r: (r.number("cs_ns"), r.number("out_ns"))
    )
    return [
        verdict
        for setting in sorted(settings, key=even_first)
        for verdict in decide_regimes(settings[setting], pattern(*setting), cpus, BASELINE, bucket(setting[0]))
    ]


def decide_regimes(
    rows: Sequence[Row], pattern: str, cpus: int, baseline: str, kind: str = ""
) -> list[Verdict]:
    """One verdict for each regime of one pattern; `kind` is the class of its critical section, if it has one."""
    regimes = {name: at_most_workers(group) for name, group in grouped(rows, regime).items()}
    crowded = regimes.get("oversubscribed", ())
    found = (_decide(group, pattern, name, crowded, cpus, baseline, kind) for name, group in regimes.items())
    return [verdict for verdict in found if verdict is not None]


def at_most_workers(rows: Sequence[Row]) -> list[Row]:
    """The rows with the largest number of workers at which anything was measured."""
    most = max((r.workers for r in rows if r.ok), default=max(r.workers for r in rows))
    return [r for r in rows if r.workers == most]


def choose(rows: Sequence[Row]) -> tuple[Ranking, Row | None] | None:
    """The ranking among those that fairness and tails do not rule out, and the row ruled out that is clearly faster if
    there is one."""
    measured = [r for r in rows if r.ok]
    out = [r for r in measured if objection(r, measured)]
    fair = rank((r for r in measured if r not in out), out)
    everyone = rank(measured)
    if fair is None or everyone is None:
        return (everyone, None) if everyone else None
    lead = speed_ratio(everyone.leader, fair.leader)
    return fair, everyone.leader if lead.low > 1 and lead.value >= SMALLEST_LEAD else None


def _decide(
    rows: Sequence[Row],
    pattern: str,
    regime_name: str,
    oversubscribed: Sequence[Row],
    cpus: int,
    baseline_name: str,
    kind: str,
) -> Verdict | None:
    chosen = choose(rows)
    if chosen is None:
        return None
    ranking, vetoed = chosen
    leader = ranking.leader
    baseline = _row_of(baseline_name, rows)
    notes = [*_fairness_notes(ranking, vetoed), *_collapse_note(ranking, regime_name, oversubscribed)]
    sentences = [f"{pattern}, {crew(leader, cpus)}: {choice(ranking, baseline)}.", *(note for note, _ in notes)]
    group = ("lock", kind or pattern, regime_name)
    return verdict_of(
        ranking,
        " ".join(sentences),
        pattern,
        regime_name,
        baseline,
        trade_off=[note for note, _ in notes],
        also=[row for _, evidence in notes for row in evidence],
        group=("lock", "alone") if kind and regime_name == "alone" else group,
        priority=PRIORITY.get((kind, regime_name), NOT_PRINTED),
    )


def _fairness_notes(ranking: Ranking, vetoed: Row | None) -> list[tuple[str, list[Row]]]:
    leader, measured = ranking.leader, [*ranking.order, *ranking.ruled_out]
    if against := objection(leader, measured):
        return [(f"It {against}, and every other lock measured here is ruled out too.", [])]
    if vetoed is None:
        return []
    against = objection(vetoed, measured).removeprefix("is ")
    return [(f"{vetoed.subject} is {times(speed_ratio(vetoed, leader).value)} as fast but {against}.", [vetoed])]


def _collapse_note(
    ranking: Ranking, regime_name: str, oversubscribed: Sequence[Row]
) -> list[tuple[str, list[Row]]]:
    """A warning where those picked within the cores fall to less than half of the baseline once
    oversubscribed."""
    baseline = _row_of(BASELINE, oversubscribed)
    if regime_name != "within cores" or baseline is None:
        return []
    names = {r.subject for r in (ranking.tied if not ranking.clear else ranking.order[:1])}
    collapsed = [
        r for r in oversubscribed if r.subject in names and r.ok and speed_ratio(r, baseline).high < 0.5
    ]
    if not collapsed:
        return []
    worst = max(collapsed, key=lambda r: r.median_ns)
    return [
        (
            f"Avoid {a_few([r.subject for r in collapsed])} oversubscribed "
            f"({times(speed_ratio(worst, baseline).value)} {BASELINE} at {worst.workers}).",
            [*collapsed, baseline],
        )
    ]


def _row_of(subject: str, rows: Sequence[Row]) -> Row | None:
    return next((r for r in rows if r.subject == subject and r.ok), None)
