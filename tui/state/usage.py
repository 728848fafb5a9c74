"""What the app has sent since it started, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lab.cloudwatch.metrics import cost_usd
from tui import text
from tui.settings.values import BackendName

if TYPE_CHECKING:
    from lab.rows import Row

_CENT: Final = 0.01


@dataclass
class Usage:
    """The numbers of requests, by what AWS charges for, and of metrics."""

    invocations: int = 0
    """The requests to functions."""
    reads: int = 0
    writes: int = 0
    metrics: int = 0

    def add(self, backend: str, *, writes: bool) -> None:
        """Count a request, also one without a response: AWS may charge it."""
        self.invocations += backend == BackendName.FUNCTIONS
        self.writes += writes
        self.reads += not writes

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Count the requests of a comparison."""
        from lab.mix import WRITES  # noqa: PLC0415 -- often unused

        for row in rows:
            if row.sent_s is not None:
                self.add(row.backend, writes=row.operation in WRITES)

    def words(self, outputs: Mapping[str, Any], region: str, *, is_local: bool) -> str:
        """Return the numbers and the cost, such as `24 requests, free of charge`."""
        sent = text.count(self.reads + self.writes, "request")
        polled = f" and {text.count(self.metrics, 'metric')}" if self.metrics else ""
        cost = "free of charge" if is_local else self._cost(outputs, region)
        return f"this session: {sent}{polled}, {cost}"

    def _cost(self, outputs: Mapping[str, Any], region: str) -> str:
        from lab import request_cost  # noqa: PLC0415 -- often unused

        usd = request_cost.usd(
            invocations=self.invocations,
            reads=self.reads,
            writes=self.writes,
            outputs=outputs,
            region=region,
        )
        if usd is None:
            return f"cost unknown (no prices for {region})"
        usd += cost_usd(self.metrics)
        return "less than 0.01 USD" if usd < _CENT else f"about {usd:,.2f} USD"
