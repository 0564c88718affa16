"""What to use, derived from the data by these rules.

1. A question is a pattern (a critical section's length; a queue's shape, way of waiting and capacity; an
   executor's kind and size of item; what is done with a semaphore, an event, a condition or a barrier) in a
   regime: alone (1 worker), within cores (as many workers as were measured without oversubscription),
   oversubscribed (the most measured), processes (a team of processes within the cores).
2. Ranked is what passed its check. Failed cases and null subjects are never ranked.
3. The pick is the fastest by median, if its 95 % interval overlaps nobody else's and it leads by 5 % or
   more. Otherwise there is no clear winner, and those that cannot be told apart from the first are named.
4. Margins are ratios of medians; their intervals combine the bootstrap intervals of both medians
   (ranking.speed_ratio).
5. Fairness and tails veto: within the cores a lock with more than one worker is passed over whose Jain index is below
   0.8, or whose slowest worker got less than a tenth of the fastest's share, or with which one wait in a thousand takes
   1 ms or longer and 100 times what it takes with another. The text names it, its evidence and the best of the rest.
   If all are ruled out, the fastest is picked and the text says so. Oversubscribed nothing is vetoed.
6. A lock picked within the cores that oversubscribed falls below half of std::mutex carries that warning.
7. Confidence starts high. A step off for fewer than 5 repetitions (two for fewer than 3), for an unstable
   row among those that the decision rests on, for a clear lead whose margin may be below 1.1, and for a tie
   that might hide a lead of 1.5.
   How often another run of the same build on the same machine may contradict a verdict, that is name others only:
   flips.ALLOWED, counted by `contend flips`.
8. An executor pays from the smallest item on from which it is clearly faster than serial (interval of the
   ratio above 1) at that and at every larger size measured. Those that pay from the same size on share the verdict,
   which is a step less sure where one of them may be less than 1.1 as fast somewhere, or another might be 1.5.
9. A reader-writer lock pays at a read share if the best of them is clearly faster, by 5 % or more, than the
   best lock without a form for readers; it does not pay if it is as clearly slower.
10. What a reader may look up and nothing was measured for is said, with the command that measures it
    (decisions.wanted, page.lookup).
11. Printed are the most useful ones, one for each group of like questions; `decisions` returns them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contendlib.decisions import executors, lock_uses, locks, queues, readers_writers, sync, trade_offs
from contendlib.decisions.verdict import NOT_PRINTED, Verdict
from contendlib.run_data import cpu_count, is_null, rows_of, subject_table

__all__ = ["Verdict", "decisions", "verdicts"]

MOST_PRINTED = 16

Document = dict[str, Any]


def decisions(summary: Document, machine: Document, manifest: Document | None = None) -> list[Verdict]:
    """Every decision the data allow, most useful first."""
    rows = rows_of(summary)
    subjects = subject_table(summary)
    cpus = cpu_count(machine, manifest or {}, rows)
    # Bare threads are not ranked either, but executors are held against them.
    ranked = [r for r in rows if not is_null(subjects, r.subject) or r.subject == executors.BARE_THREADS]
    found = []
    for suite, module in (
        ("lock", locks),
        ("lock", readers_writers),
        ("lock", lock_uses),
        ("queue", queues),
        ("executor", executors),
        ("sync", sync),
    ):
        found += module.decide([r for r in ranked if r.suite == suite], cpus)
    sizes = trade_offs.sizes(rows)
    return sorted((_with_size(v, sizes) for v in found), key=lambda v: v.priority)


def _with_size(verdict: Verdict, sizes: Mapping[tuple[str, str], float]) -> Verdict:
    """With what objects take said among the trade-offs, where that is known and much."""
    own = [verdict.pick] if verdict.pick else list(verdict.tied)
    note = trade_offs.size_note(verdict.suite, own, sizes)
    return replace(verdict, trade_off=f"{verdict.trade_off} {note}".strip()) if note else verdict


def verdicts(summary: Document, machine: Document, manifest: Document | None = None) -> list[Verdict]:
    """The decisions worth printing: one for each group of like questions, most useful first."""
    first_of_group: dict[tuple[str, ...], Verdict] = {}
    for verdict in decisions(summary, machine, manifest):
        if verdict.priority < NOT_PRINTED:
            first_of_group.setdefault(verdict.group, verdict)
    return list(first_of_group.values())[:MOST_PRINTED]
