"""One `contend run`, from the binaries to the verdicts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
import time

from contendlib import (
    build,
    cases,
    console,
    cpus,
    diagnosis,
    ending,
    machine,
    noise,
    plan,
    process,
    results,
    samples,
)
from contendlib.commands import binaries
from contendlib.deadline import Deadline
from contendlib.exits import ContendError, Exit
from contendlib.paths import shown
from contendlib.results import Manifest, Options, RunFolder
from contendlib.runner import Runner
from contendlib.samples import Sample

NOISE_S = 0.5
_OVERHEAD_FACTOR = 1.5  # a process that measures starts a team besides what listing does


@dataclass(frozen=True)
class Request:
    """How to run, as opposed to what to measure (Options)."""

    out: Path
    binaries: Path | None
    progress: str
    dry_run: bool
    report: bool
    deadline: Deadline | None = None


class Session:
    """Starts or resumes a run."""

    def __init__(self, request: Request) -> None:
        self._request = request
        if not request.dry_run:
            results.require_writable(request.out)
        if request.binaries is None:
            build.install_packages("required", "peer")

    def start(self, options: Options, notes: Sequence[str] = ()) -> Exit:
        """A new run; `notes` are for its readers."""
        with process.Interrupts() as interrupts:
            folder = binaries.prepare(self._request.binaries, interrupts)
            listing = self._listing(folder, options, interrupts)
            overhead = self._announce(listing, options)
            if self._request.dry_run:
                return Exit.OK
            run, manifest = self._create(folder, listing, options, notes)
            with run.in_use():
                return self._measure(
                    Runner(run, manifest, folder, listing.cases, overhead, interrupts, self._request.deadline),
                    run,
                    manifest,
                )

    def resume(self, run: RunFolder) -> Exit:
        """The rest of an unfinished run."""
        manifest = run.read_manifest()
        if manifest.status == results.FINISHED:
            raise ContendError(f"{shown(run.path)} is finished; there is nothing to resume")
        cpus.require_usable(manifest.options.cpus)
        with run.in_use(), process.Interrupts() as interrupts:
            folder = binaries.prepare(self._request.binaries, interrupts)
            _require_same(run, manifest, folder)
            listing = self._listing(folder, manifest.options, interrupts)
            if len(listing.cases) != manifest.cases:
                raise ContendError(
                    f"{shown(run.path)} has {manifest.cases} cases, and now there are {len(listing.cases)}; start a new run",
                    Exit.INCONCLUSIVE,
                )
            measured = samples.read(run.samples)
            console.status(f"resuming {shown(run.path)}: {console.plural(len(measured), 'sample')} there already")
            overhead = _OVERHEAD_FACTOR * listing.start_seconds
            return self._measure(
                Runner(run, manifest, folder, listing.cases, overhead, interrupts, _what_is_left(manifest.options, measured)),
                run,
                manifest,
            )

    def _listing(self, folder: Path, options: Options, interrupts: process.Interrupts) -> cases.Listing:
        flags = [*options.case_flags(), *options.flags]  # what the binaries refuse, they refuse now
        listing = cases.list_cases(folder, options.suites, flags, options.cpus, interrupts)
        listing.cases = cases.selected(
            listing.cases, options.filter, quick=options.mode == plan.QUICK.name
        )
        if not listing.cases:
            raise ContendError(
                f"no case in {', '.join(options.suites)}; build again, or give other suites or --workers"
            )
        return listing

    def _announce(self, listing: cases.Listing, options: Options) -> float:
        """Says how much and how long; returns the seconds that a process takes besides its rounds."""
        overhead = _OVERHEAD_FACTOR * listing.start_seconds
        costs = plan.CostModel(listing.cases, options.round_s, overhead)
        repetition, repetitions = costs.of(listing.cases), options.repetitions
        further = plan.further_cases(listing.cases, options.further)
        more = options.further_repetitions
        if options.fit_budget:
            mode, deadline = plan.MODES[options.mode], self._request.deadline
            repetitions = plan.affordable(mode, repetition, deadline and deadline.left / 2)
            if deadline:
                more = plan.affordable_further(mode, deadline.left - repetitions * repetition, costs.of(further))
        for peer in listing.absent:
            console.note(f"left out: {peer['family']}: {peer['why']}")
        beyond = f", {len(further)} of them x {repetitions + more}" if more else ""
        seconds = repetitions * repetition + more * costs.of(further)
        if self._request.deadline:
            seconds = min(seconds, self._request.deadline.left)
        text = (
            f"{console.plural(len(listing.cases), 'case')} x {console.plural(repetitions, 'repetition')}{beyond} on CPUs "
            f"{cpus.shown(options.cpus)}: about {console.duration(seconds)}"
        )
        if options.budget_s is not None:
            text += f", and with its page at most {console.duration(options.budget_s)}"
        if repetitions < options.repetitions:
            text += f" (fewer than {options.repetitions} repetitions, to stay quick)"
        if self._request.dry_run:
            console.out(text)
        else:
            console.status(text)
        return overhead

    def _create(
        self, folder: Path, listing: cases.Listing, options: Options, notes: Sequence[str]
    ) -> tuple[RunFolder, Manifest]:
        card = machine.read()
        source, compiler = build.source(), binaries.compiler(folder)
        card |= {"compiler": compiler, "noise": noise.measure(NOISE_S)}
        card["warnings"] = [asdict(warning) for warning in diagnosis.warnings(card)]
        for warning in card["warnings"]:
            console.warn(f"{warning['text']}\n     do: {warning['remedy']}")
        console.note(diagnosis.DEBUG_LIBRARY)
        run = results.create(self._request.out, card["id"], f"{source.label}_{compiler}")
        manifest = Manifest(
            status="running",
            command=options.command(cpus.shown(options.cpus)),
            options=options,
            machine_id=card["id"],
            commit=source.commit,
            dirty=source.dirty,
            compiler=compiler,
            binaries=_digests(folder, options.suites),
            cases=len(listing.cases),
            started=results.utc(),
            subjects=listing.subjects,
            absent=listing.absent,
            notes=list(notes),
        )
        try:
            run.write_json("machine.json", card)
            run.write_manifest(manifest)
        except OSError as failure:
            raise results.cannot_write(run.path, failure) from failure
        return run, manifest

    def _measure(self, runner: Runner, run: RunFolder, manifest: Manifest) -> Exit:
        """Measures, and whatever happens keeps what was measured and says how to go on."""
        try:
            runner.measure(self._request.progress)
        except process.Interrupted:
            return ending.interrupted(run, manifest)
        except ContendError as failure:
            ending.stopped(run, manifest)
            raise ContendError(
                f"{failure.message}\n{ending.how_to_resume(run)}", failure.exit_code
            ) from failure
        return ending.finished(self._request.out, run, manifest, report=self._request.report)


def _what_is_left(options: Options, measured: Sequence[Sample]) -> Deadline | None:
    """Of the time of a run that was interrupted."""
    if options.budget_s is None:
        return None
    return Deadline(options.budget_s, time.monotonic() - sum(sample.seconds for sample in measured))


def _require_same(run: RunFolder, manifest: Manifest, folder: Path) -> None:
    """Refuses to mix samples of different machines or programs in one run."""
    source = build.source()
    changed = [
        what
        for what, then, now in (
            ("the machine", manifest.machine_id, machine.read()["id"]),
            ("the commit", (manifest.commit, manifest.dirty), (source.commit, source.dirty)),
            ("the benchmark binaries", manifest.binaries, _digests(folder, manifest.options.suites)),
        )
        if then != now
    ]
    if changed:
        raise ContendError(
            f"{shown(run.path)} cannot be resumed: {' and '.join(changed)} changed since; start a new run",
            Exit.INCONCLUSIVE,
        )


def _digests(folder: Path, suites: list[str]) -> dict[str, str]:
    return {suite: build.digest(cases.binary(folder, suite)) for suite in suites}
