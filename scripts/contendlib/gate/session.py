"""A gate from its request to its files: both sides, the pairs, the verdicts, and everything that is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
import json
from pathlib import Path
from random import Random
import tempfile
import time

from contendlib import console, cpus, machine, process, progress, results
from contendlib.exits import ContendError, Exit
from contendlib.gate import choice, resume, self_check, sides, tables
from contendlib.gate.choice import Choice, Matched
from contendlib.gate.conductor import Conductor, Draw
from contendlib.gate.contest import Contest
from contendlib.gate.outcome import Outcome, Row, exit_code, headline, row_of
from contendlib.gate.pairs import CannotMeasure, Pair, PairLog
from contendlib.gate.programs import names_of
from contendlib.gate.rule import Rule, Verdict
from contendlib.gate.sides import Side, Source
from contendlib.gate.stopwatch import Stopwatch, Task, lanes


@dataclass(frozen=True)
class Request:
    """What a gate was asked to do."""

    base: str
    head: str
    out: Path
    choice: Choice = Choice()
    source: Source = Source()
    rule: Rule = Rule()
    budget: float = 180.0
    min_time: float = 0.03
    time_limit: float = 30.0
    seed: int = 0
    flags: tuple[str, ...] = ()
    base_environment: dict[str, str] = field(default_factory=dict)
    head_environment: dict[str, str] = field(default_factory=dict)
    inconclusive: Exit = Exit.INCONCLUSIVE
    copies: dict[str, Path] = field(default_factory=dict)  # files of the outcome that are wanted elsewhere too
    progress: str = "none"
    resume: bool = False  # go on with the gate in `out` that was interrupted


def run(request: Request, interrupts: process.Interrupts) -> tuple[Outcome, Exit]:
    """Runs the gate and writes its files. What was decided is kept whatever happens."""
    for path in request.copies.values():
        results.require_writable(path.parent)
    outcome = decide(request, interrupts)
    try:
        write(outcome, request.out, request.copies)
    except OSError as failure:
        raise results.cannot_write(request.out, failure) from failure
    return outcome, exit_code(outcome, request.inconclusive)


def decide(request: Request, interrupts: process.Interrupts) -> Outcome:
    """Runs the gate; only its pairs and terms are written."""
    self_check.require_sound(request.rule)
    results.require_writable(request.out)
    with tempfile.TemporaryDirectory(prefix="contend-gate-") as scratch:
        return _Gate(request, Path(scratch), interrupts).run()


def write(outcome: Outcome, out: Path, copies: dict[str, Path]) -> None:
    """gate.json, gate.md, junit.xml and the forest plot; a fault in drawing costs nothing else."""
    texts = {
        "json": json.dumps(outcome.document(), indent=1, allow_nan=False) + "\n",
        "md": tables.markdown(outcome),
        "junit": tables.junit(outcome),
    }
    for kind, name in (("json", "gate.json"), ("md", "gate.md"), ("junit", "junit.xml")):
        (out / name).write_text(texts[kind], encoding="utf-8")
        if kind in copies:
            copies[kind].write_text(texts[kind], encoding="utf-8")
    try:
        from contendlib.gate import forest

        forest.draw(outcome, out)
    except Exception as failure:
        for half_drawn in ("forest.svg", "forest.png"):
            (out / half_drawn).unlink(missing_ok=True)
        console.warn(f"the forest plot could not be drawn: {failure!r}")


class _Gate:
    """The parts of one gate while it runs."""

    def __init__(self, request: Request, scratch: Path, interrupts: process.Interrupts) -> None:
        self._request = request
        self._interrupts = interrupts
        self._cpus = frozenset(cpus.usable())
        links = scratch / "sides"
        self._base = self._side("base", request.base, links, request.base_environment)
        self._head = self._side("head", request.head, links, request.head_environment)
        self._stopwatch = Stopwatch(
            scratch, list(request.flags), request.min_time, request.time_limit, self._cpus, interrupts
        )
        self._matched = self._match()
        self._log = PairLog(request.out / "pairs.jsonl", take_up=request.resume)
        self._head_programs: dict[str, str] = {}
        if len(self._base.programs) == len(self._head.programs) == 1:
            self._head_programs = dict(zip(self._base.programs, self._head.programs))

    def run(self) -> Outcome:
        rule, request = self._request.rule, self._request
        chosen = self._matched.both
        contests = [Contest(benchmark, rule, len(self._cpus), len(chosen)) for benchmark in chosen]
        before = self._digests()
        terms = resume.terms(before, chosen, rule, request.seed)
        events = resume.events(request.out, terms) if request.resume else []
        rng = Random(f"{request.seed} {len(events)}")
        conductor = Conductor(contests, self._measure, lanes(len(self._cpus)), time.monotonic, request.budget, rng)
        console.status(
            f"{console.plural(len(contests), 'benchmark')}, up to {console.duration(request.budget)}, seed {request.seed}"
        )
        if request.resume:
            console.status(f"going on after {console.plural(sum(map(bool, events)), 'pair')}")
            conductor.take_up(events)
        else:
            self._keep(lambda: resume.begin(request.out, terms))
        conductor.on_early_look = lambda: self._keep(self._log.append_early_look)
        interrupted = self._conduct(conductor, contests)
        self._log.close()
        outcome = Outcome(
            self._base.label,
            self._head.label,
            [row_of(contest) for contest in contests] + self._one_sided(),
            request.seed,
            rule.alpha,
            request.budget,
            conductor.elapsed,
            machine.read()["id"],
            interrupted=interrupted,
        )
        outcome.fault = self._fault(outcome, before)
        return outcome

    def _conduct(self, conductor: Conductor, contests: list[Contest]) -> bool:
        """Whether it was interrupted; what was measured is judged all the same."""
        with progress.showing(self._request.progress) as display:
            conductor.on_round = _report_to(display, conductor, contests, self._request.budget)
            try:
                conductor.run()
                return False
            except process.Interrupted:
                conductor.settle()
                return True

    def _side(self, role: str, given: str, links: Path, extra: dict[str, str]) -> Side:
        return sides.resolve(role, given, self._request.source, links, extra, self._interrupts)

    def _names(self, side: Side) -> dict[str, list[str]]:
        flags = list(self._request.flags)
        return {name: names_of(program, flags, self._interrupts) for name, program in side.programs.items()}

    def _match(self) -> Matched:
        base, head = self._names(self._base), self._names(self._head)
        matched = choice.match(base, head, self._request.choice)
        if not matched.both:
            total = sum(map(len, base.values())), sum(map(len, head.values()))
            raise ContendError(
                f"nothing to compare: of {total[0]} benchmarks in base and {total[1]} in head none that was asked for is in "
                "both; see --filter and --set"
            )
        for pattern in matched.idle:
            console.warn(f"--set: '{pattern}' is found in no benchmark of base; was one renamed?")
        return matched

    def _measure(self, draws: Sequence[Draw]) -> list[Pair | CannotMeasure]:
        self._interrupts.check()
        found = self._stopwatch.measure([self._task(draw) for draw in draws])
        for pair in found:
            if isinstance(pair, Pair):
                self._keep(partial(self._log.append, pair))
        return found

    def _task(self, draw: Draw) -> Task:
        benchmark, head_first = draw
        head_program = self._head_programs.get(benchmark.program, benchmark.program)
        base, head = self._base.programs[benchmark.program], self._head.programs[head_program]
        return Task(benchmark.key, benchmark.name, benchmark.metric, base, head, head_first)

    def _keep(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as failure:
            raise results.cannot_write(self._request.out, failure) from failure

    def _digests(self) -> list[dict[str, str]]:
        return [self._base.digests(), self._head.digests()]

    def _fault(self, outcome: Outcome, before: list[dict[str, str]]) -> str | None:
        """What makes the verdicts worthless: programs that changed meanwhile, and equal ones found different."""
        if self._digests() != before:
            return "the programs changed while they were measured; build first, then measure"
        same_environment = self._request.base_environment == self._request.head_environment
        equal = same_environment and list(before[0].values()) == list(before[1].values())
        failed = [row.benchmark for row in outcome.rows if row.verdict is Verdict.FAIL]
        if equal and failed:
            return (
                f"the gate's own check failed: base and head are the same program, and {failed[0]} is said to be slower"
            )
        if equal:
            outcome.notes.append("base and head are the same programs, byte for byte")
        return None

    def _one_sided(self) -> list[Row]:
        renamed = self._matched.renamed()
        hints = {old: f"renamed to {new}? Nothing was compared" for old, new in renamed.items()}
        gone = [Row(key, Verdict.ONLY_BASE, hints.get(key, "gone; nothing was compared")) for key in self._matched.only_base]
        return gone + [Row(key, Verdict.ONLY_HEAD, "new; nothing to compare with") for key in self._matched.only_head]


def _report_to(
    display: progress.Progress, conductor: Conductor, contests: list[Contest], budget: float
) -> Callable[[], None]:
    def report() -> None:
        settled = sum(not contest.is_open for contest in contests)
        label = f"{settled} of {len(contests)} decided"
        display.update(settled, len(contests), label, max(0.0, budget - conductor.elapsed))

    return report


def summary(outcome: Outcome) -> str:
    """The lines for a terminal: all that is not a plain pass, then the headline."""
    lines = []
    for row in outcome.worst_first:
        if row.verdict is not Verdict.PASS:
            figure = f" {row.ratio:.3f}" if row.ratio else ""
            lines.append(f"{row.verdict.value.upper():<14}{row.benchmark}{figure} {row.reason}".rstrip())
    return "\n".join([*lines, headline(outcome)])
