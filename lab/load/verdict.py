"""The judgement of the generator on itself: whether it, and not a backend, was the limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lab.backends import Backend
from lab.results import GeneratorLog
from lab.rows import ErrorClass, Outcome, Row
from lab.statistics.quantiles import inverted_cdf

_LATENESS_MS: Final = 5.0
_LATENESS_SHARE: Final = 0.1
_SENDING_MS: Final = 0.25
"""The requests of a burst leave one after the other."""
_CPU_SHARE: Final = 0.8


def reasons(rows: Sequence[Row], generator: GeneratorLog, burst: int = 0) -> list[str]:
    """Return a sentence for each limit that the generator reached; none if it kept up.

    The warm-up does not count. *burst* is the number of requests at once.
    """
    counted = [row for row in rows if not row.is_warm_up]
    return [
        *generator.failures,
        *(each for backend in Backend for each in _late(counted, backend, burst)),
        *_busy(generator),
        *(each for backend in Backend for each in _dropped(counted, generator, backend)),
        *_exhausted(counted),
    ]


def _late(rows: Sequence[Row], backend: Backend, burst: int) -> Iterator[str]:
    own = [row for row in rows if row.backend is backend]
    lateness = [row.lateness_ms for row in own if row.lateness_ms is not None]
    latencies = [
        row.latency_ms for row in own if row.outcome is Outcome.OK and row.latency_ms is not None
    ]
    p99 = _quantile(lateness, 0.99)
    limit = max(_LATENESS_MS, _LATENESS_SHARE * _quantile(latencies, 0.5)) + burst * _SENDING_MS
    if p99 > limit:
        yield (
            f"The generator sent requests to {backend} late: {p99:.1f} ms at p99, "
            f"more than {limit:.1f} ms. Lower the rate, or end other programs on this machine."
        )


def _quantile(values: Sequence[float], p: float) -> float:
    """Return the quantile, or 0 without values."""
    return inverted_cdf(sorted(values), p) if values else 0.0


def _busy(generator: GeneratorLog) -> Iterator[str]:
    if generator.cpu_share > _CPU_SHARE:
        yield (
            f"A load process used {generator.cpu_share:.0%} of a core, "
            f"more than {_CPU_SHARE:.0%}. Lower the rate, or use more processes."
        )


def _dropped(rows: Sequence[Row], generator: GeneratorLog, backend: Backend) -> Iterator[str]:
    dropped = sum(row.outcome is Outcome.DROPPED for row in rows if row.backend is backend)
    peak = generator.peak_in_flight.get(backend, 0)
    if dropped and peak < generator.max_in_flight:
        yield (
            f"The generator dropped {dropped:,} requests to {backend} with {peak} requests in "
            f"flight, fewer than the {generator.max_in_flight} allowed. "
            "Its processes had unequal shares: allow more requests in flight."
        )


def _exhausted(rows: Sequence[Row]) -> Iterator[str]:
    for error, resource, remedy in (
        (ErrorClass.DESCRIPTORS, "file descriptors", "Raise the limit with ulimit -n"),
        (ErrorClass.PORTS, "local ports", "Widen the range of local ports"),
    ):
        count = sum(row.error is error for row in rows)
        if count:
            yield (
                f"The generator ran out of {resource}: {count:,} requests failed. "
                f"{remedy}, or allow fewer requests in flight."
            )
