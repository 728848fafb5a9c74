"""What the result of a comparison shows: sentences, a table, and the points of its charts."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from lab.backends import Backend
from lab.results import Run
from lab.rows import Outcome
from lab.summary import QUANTILES, BackendFigures, Distribution, Share, Summary, Support
from tui import report_text, text
from tui.state.live_run import LiveRun
from tui.text import Safe

SPECTRUM_TICKS: Final = {
    2.0: "p50",
    10.0: "p90",
    20.0: "p95",
    100.0: "p99",
    1000.0: "p99.9",
    10000.0: "p99.99",
}
"""The labels of the spectrum by 1 / (1 - p)."""
_MOST_POINTS: Final = 200
_LEAST_ABOVE: Final = 3
"""A quantile is shown up to here: with fewer values above it, it says little."""
_WIDE: Final = 40
_NO_VALUE: Final = "-"
_FEW: Final = "*"

Line = tuple[str, Safe]
TableRow = tuple[str, str, str]
"""A name, and the value of each backend."""


def lines(summary: Summary, width: int) -> list[Line]:
    """Return everything that is known as lines: a style and a text."""
    return [
        *_wrapped("head", [difference.sentence for difference in summary.differences], width),
        *_verdict(summary, width),
        ("plain", Safe("")),
        ("backends", table_row(("latency, ms", "FUNCTIONS", "CONTAINERS"), width)),
        *(("plain", table_row(row, width)) for row in latencies(summary)),
        ("backends", table_row(("requests", "FUNCTIONS", "CONTAINERS"), width)),
        *(("plain", table_row(row, width)) for row in requests(summary)),
        *_wrapped("dim", _explanations(summary), width),
    ]


def latencies(summary: Summary) -> list[TableRow]:
    """Return a row for each quantile, in milliseconds."""
    rows = [_by_backend(summary, name, partial(_latency, name)) for name in QUANTILES]
    return [
        *rows,
        _by_backend(summary, "max", lambda figures: _ms(figures.latency.max)),
        _by_backend(summary, "p95, service", lambda figures: _quantile(figures.service, "p95")),
    ]


def requests(summary: Summary) -> list[TableRow]:
    """Return the counts and rates of the requests."""
    return [
        _by_backend(summary, "sent", lambda figures: f"{figures.sent:,}"),
        _by_backend(summary, "per second", _rate),
        _by_backend(summary, "cold starts", lambda figures: _share(figures.cold_share)),
        _by_backend(summary, "failed", lambda figures: f"{figures.errors:,}"),
        _by_backend(summary, "throttled", lambda figures: f"{figures.throttled:,}"),
        _by_backend(summary, "dropped", lambda figures: f"{figures.dropped:,}"),
        _by_backend(summary, "skipped", lambda figures: f"{figures.skipped:,}"),
    ]


def _by_backend(summary: Summary, name: str, value: Callable[[BackendFigures], str]) -> TableRow:
    functions, containers = (
        value(summary.backends[backend]) if backend in summary.backends else _NO_VALUE
        for backend in (Backend.FUNCTIONS, Backend.CONTAINERS)
    )
    return name, functions, containers


def _latency(name: str, figures: BackendFigures) -> str:
    return _quantile(figures.latency, name)


def _quantile(distribution: Distribution, name: str) -> str:
    quantile = distribution.quantiles.get(name)
    if quantile is None:
        return _NO_VALUE
    return _ms(quantile.value) + (_FEW if quantile.support is Support.MARKED else "")


def _ms(value: float | None) -> str:
    return _NO_VALUE if value is None else report_text.number(round(value, 2))


def _rate(figures: BackendFigures) -> str:
    return f"{figures.achieved_per_s:.1f} of {figures.asked_per_s:.1f}"


def _share(share: Share) -> str:
    return f"{share.count:,}" if not share.value else f"{share.count:,} ({share.value:.1%})"


def _verdict(summary: Summary, width: int) -> Iterator[Line]:
    reasons = summary.verdict.reasons
    if reasons:
        yield from _wrapped(
            "old", ["The generator was the limit: these figures are its own."], width
        )
        yield from _wrapped("old", reasons, width)
    else:
        yield from _wrapped("new", ["The generator kept up: it did not limit the result."], width)


def _explanations(summary: Summary) -> list[str]:
    has_few = any(
        quantile.support is Support.MARKED
        for figures in summary.backends.values()
        for quantile in figures.latency.quantiles.values()
    )
    has_intervals = any(difference.low is not None for difference in summary.differences)
    interval = f"In parentheses: the {summary.confidence:.0%} interval of the difference."
    return [
        *([interval] if has_intervals else []),
        *summary.notes,
        *([f"{_FEW} from few samples"] if has_few else []),
        "Latency counts from the planned time of a request, service time from its sending.",
    ]


def _wrapped(mark: str, sentences: Sequence[str], width: int) -> list[Line]:
    return [
        (mark, Safe(part))
        for sentence in sentences
        for part in textwrap.wrap(text.line(sentence, 900), max(20, width)) or [""]
    ]


def table_row(row: TableRow, width: int) -> Safe:
    """Return a line with the values of both backends below each other."""
    name, *values = row
    name_width = 14 if width >= _WIDE else 12
    room = min(18, max(12, (width - name_width) // 2))
    return text.row(f"{name:<{name_width}}{''.join(f'{value:>{room}}' for value in values)}")


def spectrum(run: Run, backend: Backend) -> list[tuple[float, float]]:
    """Return 1 / (1 - p) and the latency of that quantile, as far as there are enough values."""
    values = sorted(
        row.latency_ms
        for row in run.rows
        if row.backend is backend
        and row.outcome is Outcome.OK
        and not row.is_warm_up
        and row.latency_ms is not None
    )
    count = len(values)
    last = count - _LEAST_ABOVE
    parts = (part / _MOST_POINTS for part in range(1, _MOST_POINTS + 1))
    ranks = sorted({round(last * (1 - (1 - part) ** 4)) for part in parts})  # dense at the end
    return [(count / (count - rank), values[rank - 1]) for rank in ranks if rank > 0]


def timeline(run: Run) -> Mapping[Backend, Sequence[tuple[float, float]]]:
    """Return the median latency of each slot by backend."""
    whole = LiveRun(start_s=run.slots[0].start_s, step_s=run.settings.slot_s)
    whole.add(0, 0, run.rows, {})
    return {backend: whole.points(backend) for backend in Backend}
