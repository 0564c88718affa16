"""Measures: one process for each case and repetition, interleaved, every sample kept as it comes."""

import errno
import os
from pathlib import Path
import re
import signal
from typing import Any

from contendlib import console, gbench, plan, process, progress, samples
from contendlib.cases import Case, binary, environment
from contendlib.deadline import Deadline
from contendlib.exits import ContendError
from contendlib.paths import ROOT
from contendlib.results import Manifest, RunFolder, cannot_write, utc
from contendlib.samples import Sample, SampleLog

_SHORTEST_LIMIT_S = 20.0
_LIMIT_FACTOR = 20.0
_FULL_DISK_BYTES = 256 * 1024
_CONTEXT_OF_GOOGLE_BENCHMARK = frozenset(
    "date host_name executable num_cpus mhz_per_cpu cpu_scaling_enabled caches load_avg".split()
)


class Runner:
    """A run, new or resumed. measure() may raise Interrupted or ContendError; what was measured is on disk then."""

    def __init__(
        self,
        run: RunFolder,
        manifest: Manifest,
        binaries: Path,
        cases: list[Case],
        overhead_s: float,
        interrupts: process.Interrupts,
        deadline: Deadline | None = None,
    ) -> None:
        self._run = run
        self._manifest = manifest
        self._options = manifest.options
        self._binaries = binaries
        self._cases = cases
        self._further = plan.further_cases(cases, self._options.further)
        self._interrupts = interrupts
        self._deadline = deadline
        self._costs = plan.CostModel(cases, self._options.round_s, overhead_s)
        self._done: set[tuple[str, int]] = set()
        self._failed: set[str] = set()
        for sample in samples.read(run.samples):
            self._account(sample)

    def measure(self, progress_kind: str) -> None:
        """Measures what is not on disk yet, until the deadline."""
        try:
            with samples.appending(self._run.samples) as log, progress.showing(progress_kind) as display:
                repetition = 0
                while repetition < self._options.repetitions + self._options.further_repetitions:
                    if not self._repeat(repetition, log, display):
                        return self._note_what_is_missing()
                    if repetition == 0:
                        self._fit_budget()
                    repetition += 1
        except OSError as failure:
            raise cannot_write(self._run.path, failure) from failure

    def _repeat(self, repetition: int, log: SampleLog, display: progress.Progress) -> bool:
        """All cases once, or those that are repeated further, but for what is on disk and what failed. False: the time is
        over."""
        beyond = repetition - self._options.repetitions
        among, first = self._cases, repetition * len(self._cases)
        if beyond >= 0:
            among, first = self._further, first - beyond * (len(self._cases) - len(self._further))
        jobs = plan.repetition_jobs(among, repetition, self._options.seed, first)
        for i, job in enumerate(jobs):
            if self._is_wanted(job):
                self._interrupts.check()
                if self._deadline and not self._deadline.leaves(self._costs.of([job.case])):
                    return False
                self._show(display, job, jobs[i:])
                self._measure(job, log)
        return True

    def _note_what_is_missing(self) -> None:
        """The time was over; where some cases were not even measured once, the readers are told."""
        if not self._done:
            raise ContendError("the time was over before anything was measured; --budget gives more")
        missing = len({case.name for case in self._cases} - {case for case, _ in self._done})
        if missing:
            text = f"{console.plural(missing, 'case')} not measured: the time was over; --budget gives more"
            console.note(text)
            self._manifest.notes.append(text)

    def _is_wanted(self, job: plan.Job) -> bool:
        """A case that failed once is failed; repeating it could not make it comparable again."""
        return (job.case.name, job.repetition) not in self._done and job.case.name not in self._failed

    def _show(self, display: progress.Progress, job: plan.Job, left: list[plan.Job]) -> None:
        count, more = self._options.repetitions, self._options.further_repetitions
        total = len(self._cases) * count + len(self._further) * more
        seconds = self._costs.of(job.case for job in left)
        seconds += max(0, count - job.repetition - 1) * self._costs.of(self._cases)
        seconds += min(more, count + more - job.repetition - 1) * self._costs.of(self._further)
        if self._deadline:
            seconds = min(seconds, max(0.0, self._deadline.left))
        label = f"repetition {job.repetition + 1} of {count + more}, {job.case.name}"
        display.update(job.order, total, label, seconds)

    def _fit_budget(self) -> None:
        """After the first repetition its cost is known; a mode with a budget makes fewer where it has to."""
        if not self._options.fit_budget:
            return
        mode, seconds = plan.MODES[self._options.mode], self._costs.of(self._cases)
        among_all = self._deadline and (self._deadline.left + seconds) / 2  # the other half is for further ones
        repetitions = plan.affordable(mode, seconds, among_all)
        if repetitions < self._options.repetitions:
            text = (
                f"{repetitions} repetitions in place of {self._options.repetitions}, because one takes "
                f"{console.duration(seconds)}; --repetitions insists"
            )
            console.note(text)
            self._manifest.notes.append(text)
        self._options.repetitions = repetitions
        if self._deadline:
            left = self._deadline.left - (repetitions - 1) * seconds
            self._options.further_repetitions = plan.affordable_further(mode, left, self._costs.of(self._further))
        self._options.fit_budget = False
        self._run.write_manifest(self._manifest)

    def _measure(self, job: plan.Job, log: SampleLog) -> None:
        slug = re.sub(r"[^A-Za-z0-9_.-]+", "-", job.case.name)[:160]
        path = self._run.gbench / f"r{job.repetition:02}-{job.order:05}-{slug}.json"
        sample = self._sample(job, path)
        if not sample.ok:
            self._require_room()
        log.append(sample)
        self._account(sample)
        if not sample.ok:
            console.warn(f"{sample.case}: {sample.status}: {sample.error}")

    def _account(self, sample: Sample) -> None:
        self._done.add((sample.case, sample.repetition))
        self._costs.learn(sample.case, sample.seconds)
        if not sample.ok:
            self._failed.add(sample.case)

    def _sample(self, job: plan.Job, path: Path) -> Sample:
        limit = self._options.time_limit_s or max(
            _SHORTEST_LIMIT_S, _LIMIT_FACTOR * self._costs.expected(job.case)
        )
        if self._deadline:
            limit = self._deadline.limit(limit)
        start = utc()
        outcome = process.run(
            self._command(job.case, path),
            self._interrupts,
            limit=limit,
            cpus=self._options.cpus,
            cwd=ROOT,
            env=environment(),
        )
        values, status, error = self._judge(outcome, path, limit)
        return Sample(
            **samples.identity(job.case),
            repetition=job.repetition,
            order=job.order,
            utc=start,
            seconds=round(outcome.seconds, 4),
            status=status,
            error=error,
            **values,
        )

    def _command(self, case: Case, path: Path) -> list[str]:
        executable = binary(self._binaries, case.suite)
        if executable.is_relative_to(ROOT):
            executable = executable.relative_to(ROOT)  # it stands in the JSON
        unit = [] if self._manifest.unit_ns is None else [f"--contend_unit_ns={self._manifest.unit_ns!r}"]
        return [
            str(executable),
            f"--contend_case={case.name}",
            f"--benchmark_min_time={self._options.round_s:g}",
            f"--benchmark_out={path}",
            "--benchmark_out_format=json",
            *self._options.case_flags(),
            *unit,
            *self._options.flags,
        ]

    def _judge(
        self, outcome: process.Outcome, path: Path, limit: float
    ) -> tuple[dict[str, Any], str, str | None]:
        """What was measured, or what went wrong."""
        said = gbench.messages(outcome.tail)
        said = f"; it said: {said}" if said else ""
        if outcome.timed_out:
            return {}, "timeout", f"did not end within {limit:g} s and was killed (--time-limit){said}"
        if outcome.returncode < 0:
            return {}, "crashed", f"killed by {signal.Signals(-outcome.returncode).name}{said}"
        try:
            values, context = gbench.measured(path)
            gbench.without_host_name(path)
        except gbench.BadOutput as bad:
            code = f" (exit {outcome.returncode})" if outcome.returncode else ""
            return {}, "failed", f"{bad}{code}{said}"
        if outcome.returncode:
            return {}, "failed", f"exit {outcome.returncode}{said}"
        if outcome.left_behind:
            return {}, "failed", f"left processes behind, which were killed: {outcome.left_behind}{said}"
        self._learn(context)
        return values, samples.OK, None

    def _learn(self, context: dict[str, Any]) -> None:
        """The first process says how long a work unit is; all others are told, so that they do the same work."""
        before = (self._manifest.unit_ns, dict(self._manifest.context))
        if self._manifest.unit_ns is None and "unit_ns" in context:
            self._manifest.unit_ns = float(context["unit_ns"])
        for name, value in context.items():
            if name not in _CONTEXT_OF_GOOGLE_BENCHMARK and name != "unit_ns":
                self._manifest.context.setdefault(name, value)
        if before != (self._manifest.unit_ns, self._manifest.context):
            self._run.write_manifest(self._manifest)

    def _require_room(self) -> None:
        """Raises OSError where the results could not be written: the disk is full, or the folder is gone."""
        status = os.statvfs(self._run.gbench)
        if status.f_bavail * status.f_frsize < _FULL_DISK_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
