"""A comparison in progress."""

from __future__ import annotations

import asyncio

from lab.compare import Comparison, ComparisonError, ComparisonProgress, Finished, Phase
from tui.state.live_run import LiveRun


class LabRun:
    """One comparison, from its start until nothing of it is left."""

    def __init__(self, comparison: Comparison) -> None:
        slots = comparison.plan.slots
        self.live = LiveRun(start_s=slots[0].start_s, step_s=comparison.plan.settings.slot_s)
        self.phase = Phase.SELF_TEST
        self.finished: Finished | None = None
        self.problem = ""
        """Why there is no result."""
        self._comparison = comparison
        self._stop, self._leave, self._over = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    async def run(self) -> None:
        """Run to the end."""
        try:
            self.finished = await self._comparison.run(self._progressed, self._stop, self._leave)
        except (ComparisonError, OSError) as error:  # OSError: no load process can start
            self.problem = str(error)
        finally:
            self._over.set()

    def _progressed(self, progress: ComparisonProgress) -> None:
        self.phase = progress.phase
        load = progress.load
        if load:
            self.live.add(load.elapsed_s, load.duration_s, load.rows, load.in_flight)

    def stop(self) -> None:
        """Send no more requests. The rows so far are kept; the blogs of the run are removed."""
        self._stop.set()

    def leave(self) -> None:
        """Stop, and do not wait until all blogs of the run are removed."""
        self.stop()
        self._leave.set()

    async def wait(self) -> None:
        """Wait until the run is over."""
        await self._over.wait()
