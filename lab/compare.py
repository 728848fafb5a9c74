"""One comparison of the two backends, from settings to results: the command and the screen use it.

The steps: make the plan, test the load generator, send the requests, remove the blogs that they
created, read what AWS recorded, compute the figures. With `repeat`, it sends and removes several
times.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from lab import fairness
from lab.analysis import analyse
from lab.announcement import Announcement, announce
from lab.aws_records import AwsReading, Window
from lab.compare_runs import Sent, runs_of
from lab.compare_settings import ComparisonSettings, InvalidSettings
from lab.compare_steps import Steps
from lab.leaving import unless
from lab.load import cleanup, locust_folder
from lab.load.cleanup import Ids
from lab.load.journal import Journal
from lab.load.locust_folder import LocustRun
from lab.load.run import LoadOptions, Progress, peak_rate
from lab.load.self_test import GeneratorTooSlow
from lab.load.worker_process import LoadProcessError
from lab.mix import WRITES
from lab.place import Place
from lab.plan import ID_PREFIX, Plan
from lab.plan_maker import make_plan
from lab.results import Results
from lab.summary import Summary


class ComparisonError(Exception):
    """The comparison could not run. The message is for the user."""


class RateTooHigh(ComparisonError):
    """The load generator cannot hold the rate on this machine. Nothing was sent."""


class Phase(StrEnum):
    """What a comparison does at the moment."""

    SELF_TEST = "testing the load generator"
    LOAD = "sending requests"
    CLEAN_UP = "removing the blogs of the run"
    AWS_RECORDS = "reading REPORT lines and task launches from AWS"
    ANALYSIS = "computing the figures"


@dataclass(frozen=True, kw_only=True)
class ComparisonProgress:
    """How far a comparison is. *run* counts from 1; *load* is None outside `Phase.LOAD`."""

    phase: Phase
    run: int
    runs: int
    load: Progress | None = None


@dataclass(frozen=True, kw_only=True)
class Finished:
    """What a comparison has found. *left_behind* are the ids of blogs that could not be removed."""

    results: Results
    summary: Summary
    left_behind: Sequence[str] = ()

    @property
    def stopped(self) -> bool:
        """True if the user stopped a run, so that not all requests were sent."""
        return any(run.generator.stopped for run in self.results.runs)


class Comparison:
    """A comparison that is ready to start. Creating it sends nothing."""

    def __init__(
        self,
        settings: ComparisonSettings,
        place: Place,
        folder: Path,
        steps: Steps | None = None,
    ) -> None:
        """Make the plan of the first run; raise `InvalidSettings` if that is not possible.

        *folder* is where runs are recorded until their blogs are removed.
        """
        self._settings = settings
        self.place = place
        self._folder = folder
        self._steps = steps or Steps()
        self._id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        self._first = self._plan(0)
        self._notes = fairness.known_before(
            place.urls, place.outputs, settings.order, is_local=place.is_local
        )

    @property
    def check_id(self) -> str:
        """An id that no request of the run uses."""
        return f"{ID_PREFIX}{self._id}-check"

    @property
    def plan(self) -> Plan:
        """The plan of the first run."""
        return self._first

    @property
    def writes(self) -> bool:
        """True if any request is a write, so that the backends need the token."""
        return any(request.operation in WRITES for request in self._first.requests)

    @property
    def announcement(self) -> Announcement:
        return announce(
            self._first,
            self.place.outputs,
            runs=self._settings.repeat,
            region=self.place.region,
            is_local=self.place.is_local,
        )

    def write_plan(self, folder: Path) -> None:
        """Write the plan for Locust on several machines; raise FolderError."""
        settings, place = self._settings, self.place
        run = LocustRun(
            urls=place.urls,
            max_in_flight=settings.max_in_flight,
            timeout_s=settings.timeout_s,
            environment=place.environment(datetime.now(UTC), self._notes),
            target=settings.target,
            strict=settings.strict,
        )
        locust_folder.write(folder, self._first, run)

    async def run(
        self,
        on_progress: Callable[[ComparisonProgress], None],
        stop: asyncio.Event,
        leave: asyncio.Event | None = None,
    ) -> Finished:
        """Run it. *stop* ends the sending and keeps the rows; *leave* ends what follows too."""
        started = datetime.now(UTC)
        leave = leave or asyncio.Event()
        runs: list[Sent] = []
        left_behind: list[str] = []
        report = _Reporter(on_progress, self._settings.repeat)
        report.phase(Phase.SELF_TEST)
        quota = await self._quota_notes()
        capacity = await self._capacity()
        for number in range(self._settings.repeat):
            plan = self._plan(number) if number else self._first
            report.run = number + 1
            sent, left = await self._one(plan, report, stop, leave)
            runs.append(sent)
            left_behind += left
            if stop.is_set() or sent.log.generator.failures:
                break
        recorded = await self._aws_records(runs, report, leave)
        report.phase(Phase.ANALYSIS)
        notes = [
            *self._notes,
            *quota,
            *fairness.known_after([r for sent in runs for r in sent.log.rows]),
            *recorded.notes,
        ]
        environment = self.place.environment(started, notes, runs[0].log.generator.engine)
        results = Results(
            runs=runs_of(runs, recorded.records, capacity, environment),
            target=self._settings.target,
            strict=self._settings.strict,
        )
        summary = await asyncio.to_thread(analyse, results)
        return Finished(results=results, summary=summary, left_behind=left_behind)

    async def _quota_notes(self) -> list[str]:
        if self.place.is_local:
            return []
        account = str(self.place.outputs.get("AccountId", ""))
        quota = await asyncio.to_thread(self._steps.quota, self.place.region, account)
        return fairness.of_quota(quota)

    async def _capacity(self) -> float:
        try:
            return await self._steps.capacity(peak_rate(self._first))
        except GeneratorTooSlow as error:
            raise RateTooHigh(str(error)) from error
        except LoadProcessError as error:
            raise ComparisonError(str(error)) from error

    def _plan(self, run: int) -> Plan:
        try:
            return make_plan(self._settings.plan_settings(f"{self._id}-{run}", run))
        except ValueError as error:
            raise InvalidSettings(str(error)) from error

    async def _one(
        self, plan: Plan, report: _Reporter, stop: asyncio.Event, leave: asyncio.Event
    ) -> tuple[Sent, Sequence[str]]:
        """Send *plan* and remove its blogs; return the log and the ids of blogs that are left."""
        settings, targets = self._settings, self.place.targets
        options = LoadOptions(max_in_flight=settings.max_in_flight, timeout_s=settings.timeout_s)
        with self._journal(plan) as journal:
            report.phase(Phase.LOAD)
            start = time.time()
            try:
                log = await self._steps.run(plan, targets, options, report.load, stop)
            except LoadProcessError as error:
                journal.finish()
                raise ComparisonError(str(error)) from error
            window = Window(start=start, end=time.time())
            report.phase(Phase.CLEAN_UP)
            left = await self._clean(cleanup.left(plan, log), leave)
            if not left:
                journal.finish()
        return Sent(plan=plan, log=log, window=window), left

    def _journal(self, plan: Plan) -> Journal:
        place = self.place
        try:
            return Journal(self._folder, plan.settings.run_id, place.targets, place.stack)
        except OSError as error:
            raise ComparisonError(
                f"Cannot write to {self._folder}: {error.strerror}. The lab keeps a list of "
                "unfinished runs there."
            ) from error

    async def _clean(self, ids: Ids, leave: asyncio.Event) -> Sequence[str]:
        """Remove the blogs *ids*; return those that are left. *leave* ends it early."""
        cleaned = await unless(leave, self._steps.clean(self.place.targets, ids))
        if cleaned is not None:
            return list(cleaned.failed)
        return [each for listed in ids.values() for each in listed]

    async def _aws_records(
        self, runs: Sequence[Sent], report: _Reporter, leave: asyncio.Event
    ) -> AwsReading:
        """Return what AWS recorded of *runs*. *leave* ends it early."""
        nothing = AwsReading(records=[None] * len(runs))
        if self.place.is_local or leave.is_set():
            return nothing
        report.phase(Phase.AWS_RECORDS)
        windows = [sent.window for sent in runs]
        read, place = self._steps.aws_records, self.place
        reading = asyncio.to_thread(read, place.region, place.outputs, windows)
        return await unless(leave, reading) or nothing


class _Reporter:
    """Adds the phase and the number of the run to the progress."""

    def __init__(self, on_progress: Callable[[ComparisonProgress], None], runs: int) -> None:
        self.run = 1
        self._on_progress = on_progress
        self._runs = runs

    def phase(self, phase: Phase) -> None:
        self._report(phase, None)

    def load(self, progress: Progress) -> None:
        self._report(Phase.LOAD, progress)

    def _report(self, phase: Phase, load: Progress | None) -> None:
        found = ComparisonProgress(phase=phase, run=self.run, runs=self._runs, load=load)
        self._on_progress(found)
