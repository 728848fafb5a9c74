"""Find out before a run whether the generator can send it, with a server of its own."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from lab.backends import Backend, Target
from lab.load.run import LoadOptions, RunLog, Send, run
from lab.load.worker_process import READY_S, LoadProcessError
from lab.plan import Operation, Order, PlanSettings
from lab.plan_maker import make_plan
from lab.rows import Outcome

_COMMAND: Final = (sys.executable, "-P", "-m", "lab.load.loopback_server")
_SECONDS: Final = 2.0
_TIMEOUT_S: Final = 1.0
_LOWEST_RATE: Final = 100.0
_SAFE_SHARE: Final = 0.7
_KEPT_UP: Final = 0.95
_MOST_PER_PROCESS: Final = 4000.0  # above this, aiohttp's own delays grow to seconds


class GeneratorTooSlow(Exception):
    """The rate is too high for this machine. *held* is the rate that it holds."""

    def __init__(self, rate: float, held: float) -> None:
        super().__init__(
            f"This machine can send about {held:,.0f} requests per second, and a run must need "
            f"at most {_SAFE_SHARE:.0%} of that: {held * _SAFE_SHARE:,.0f}. "
            f"This run needs {rate:,.0f}. Lower the rate, or use several machines "
            "(blogs compare --write-plan)."
        )
        self.rate = rate
        self.held = held


async def capacity(rate: float, options: LoadOptions | None = None, send: Send = run) -> float:
    """Send *rate* requests per second for two seconds; return the rate that the generator holds.

    *rate* is for both backends together (`lab.load.run.peak_rate`). *send* is the generator. Raise
    GeneratorTooSlow if the rate is more than 70 % of what it holds.
    """
    log = await _try(max(rate, _LOWEST_RATE), options or LoadOptions(), send)
    held = held_rate(log)
    check(rate, held)
    return held


def check(rate: float, held: float) -> None:
    """Raise GeneratorTooSlow if *rate* is too close to what the generator holds."""
    if rate > held * _SAFE_SHARE:
        raise GeneratorTooSlow(rate, held)


async def _try(rate: float, options: LoadOptions, send: Send) -> RunLog:
    plan = make_plan(
        PlanSettings(
            run_id="self-test",
            seed=0,
            rate=rate / len(Backend),
            duration_s=_SECONDS,
            mix={Operation.LIST: 1},
            order=Order.PARALLEL,
            warm_up_s=0,
        )
    )
    async with _server() as url:
        targets = {backend: Target(backend=backend, url=url) for backend in Backend}
        options = replace(options, timeout_s=_TIMEOUT_S)
        return await send(plan, targets, options, lambda _: None, asyncio.Event())


def held_rate(log: RunLog) -> float:
    """Return the rate that a generator with *log* holds.

    If it kept up, it can send more, until its busiest process needs a whole core.
    """
    times = [row.end_s for row in log.rows if row.outcome is Outcome.OK and row.end_s is not None]
    achieved = len(times) / max(_SECONDS, *times) if times else 0.0
    if len(times) < _KEPT_UP * len(log.rows) or not log.generator.cpu_share:
        return achieved
    most = _MOST_PER_PROCESS * log.generator.processes
    return min(most, achieved / min(log.generator.cpu_share, 1.0))


async def _port(stream: asyncio.StreamReader) -> int:
    """Return the port that the server writes when it is ready."""
    try:
        return int(await asyncio.wait_for(stream.readline(), READY_S))
    except (TimeoutError, ValueError) as error:
        raise LoadProcessError(
            "The server that tests the load generator did not start. Try again when this machine "
            "has less to do."
        ) from error


@asynccontextmanager
async def _server() -> AsyncIterator[str]:
    """Run the server in a process of its own: it must not take time from the generator."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    if process.stdin is None or process.stdout is None:
        raise ValueError("The process must have pipes.")
    try:
        yield f"http://127.0.0.1:{await _port(process.stdout)}"
    finally:
        with contextlib.suppress(ProcessLookupError):  # it may have ended
            process.kill()
        await process.wait()
        process.stdin.close()
