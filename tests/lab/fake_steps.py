"""A load generator that answers at once, for comparisons without requests."""

from __future__ import annotations

from lab.aws_records import AwsReading
from lab.backends import Backend
from lab.compare_steps import Steps
from lab.load.cleanup import CleanUp
from lab.load.run import Progress, RunLog
from lab.load.self_test import GeneratorTooSlow
from lab.results import GeneratorLog
from lab.rows import Outcome, Row


class FakeLoad:
    """Every request takes *ms* of its backend. *holds* is the rate of the self-test."""

    def __init__(self, *, functions_ms=20.0, containers_ms=10.0, holds=10_000.0, cpu_share=0.1):
        self.ms = {Backend.FUNCTIONS: functions_ms, Backend.CONTAINERS: containers_ms}
        self.holds = holds
        self.cpu_share = cpu_share
        self.quota = None
        self.aws = None
        """The records of each run against a stack."""
        self.aws_notes = []
        self.aws_windows = []
        self.plans = []
        self.targets = {}
        self.cleaned = []
        self.kept = {}
        self.on_start = lambda: None
        """Called when a run starts: tests stop it or let it fail."""

    @property
    def steps(self):
        return Steps(
            run=self.run,
            capacity=self.capacity,
            quota=lambda region, account: self.quota,
            aws_records=self.aws_records,
            clean=self.clean,
        )

    async def capacity(self, rate):
        if rate > self.holds:
            raise GeneratorTooSlow(rate, self.holds)
        return self.holds

    def aws_records(self, region, outputs, windows):
        self.aws_windows = windows
        return AwsReading(records=[self.aws for _ in windows], notes=self.aws_notes)

    async def run(self, plan, targets, options, on_progress, stop):
        self.plans.append(plan)
        self.targets = targets
        self.on_start()
        rows = [self._row(request, stopped=stop.is_set()) for request in plan.requests]
        flight = dict.fromkeys(Backend, 1)
        on_progress(
            Progress(elapsed_s=plan.end_s, duration_s=plan.end_s, rows=rows, in_flight=flight)
        )
        generator = GeneratorLog(
            engine="aiohttp",
            processes=1,
            cpu_share=self.cpu_share,
            max_in_flight=options.max_in_flight,
            peak_in_flight=flight,
            stopped=stop.is_set(),
        )
        return RunLog(rows=rows, generator=generator)

    async def clean(self, _targets, ids):
        self.cleaned.append(ids)
        return CleanUp(removed=sum(map(len, ids.values())), failed=self.kept)

    def _row(self, request, *, stopped):
        base = {
            "number": request.number,
            "backend": request.backend,
            "operation": request.operation,
            "slot": request.slot,
            "planned_s": request.planned_s,
        }
        if stopped:
            return Row(**base, outcome=Outcome.STOPPED)
        end = request.planned_s + self.ms[request.backend] / 1000
        return Row(
            **base, sent_s=request.planned_s, end_s=end, outcome=Outcome.OK, status=200, bytes=1
        )
