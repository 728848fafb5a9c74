"""Sentences on what makes a comparison unfair or uncertain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lab.backends import Backend
from lab.plan import Order
from lab.results import Results
from lab.statistics import words
from lab.statistics.figures import MOST_SKIPPED
from lab.summary import BackendFigures, Blocks, RampStep

_FEW_RUNS: Final = 5
_NOTICED_FAILURES: Final = 0.01
_P99_TAIL: Final = 0.01


def notes(
    results: Results,
    figures: Mapping[Backend, BackendFigures],
    blocks: Blocks | None,
    ramp: Sequence[RampStep],
) -> list[str]:
    """Return the notes, each once, the most important first."""
    found = [
        *_of_run(results, blocks),
        *([blocks.note] if blocks and blocks.note else []),
        *(note for side in figures.values() for note in _of_backend(side)),
        *_of_order(results, ramp),
        *(note for run in results.runs for note in run.environment.comparison_notes),
    ]
    return list(dict.fromkeys(found))


def _of_run(results: Results, blocks: Blocks | None) -> Iterator[str]:
    whole = sum(1 for run in results.runs if not run.generator.ended_early)
    if whole < len(results.runs):
        has_cycles = results.runs[0].settings.order is not Order.PARALLEL
        yield _stopped(whole, has_whole_cycles=bool(has_cycles and blocks and blocks.draws))
    if 1 < whole < _FEW_RUNS:
        yield f"With {whole} runs the intervals are wide. Use --repeat {_FEW_RUNS}."


def _stopped(whole: int, *, has_whole_cycles: bool) -> str:
    """Return which requests count in the differences if a run was stopped."""
    if whole:
        runs = "1 whole run" if whole == 1 else f"{whole} whole runs"
        return (
            "The last run was stopped before its end. Each difference is that of the "
            f"{runs}; the other figures also count the requests of the stopped one."
        )
    if has_whole_cycles:
        return (
            "The run was stopped before its end. Each interval is that of its whole cycles of "
            "slots; the other figures also count the requests after them."
        )
    return "The run was stopped before its end."


def _of_backend(side: BackendFigures) -> Iterator[str]:
    backend, failed = side.backend, side.failed_share
    if side.planned and not side.ok:
        yield f"{backend}: no request got the expected response, so it has no figures."
    elif failed is not None and failed > _NOTICED_FAILURES:
        yield (
            f"{backend}: {words.percent(failed)} of the requests failed, were throttled or were "
            "dropped. The quantiles leave them out; the differences count them as slower than any "
            "other request."
        )
    skipped = side.skipped_share or 0.0
    if side.ok and skipped > MOST_SKIPPED:
        yield (
            f"{backend}: {words.percent(skipped)} of the requests were "
            "skipped, because the posts of their blogs had failed or were late. So the load was "
            "lower than asked."
        )
    if side.ok and side.dropped:
        yield (
            f"{backend}: {side.dropped:,} requests were dropped, so this rate is near saturation "
            "and the intervals may be too narrow. Lower the rate, or use --repeat."
        )
    low, high = side.cold_share.low, side.cold_share.high
    if side.cold_share.count and low is not None and high is not None and low < _P99_TAIL < high:
        yield (
            f"{backend}: {words.share(side.cold_share)} of the requests were cold. From 1 % on, "
            "p99 is that of a cold start, so another run may show a very different p99."
        )


def _of_order(results: Results, ramp: Sequence[RampStep]) -> Iterator[str]:
    if any(run.settings.order is Order.RAMP for run in results.runs):
        yield (
            "A ramp loads one backend after the other, so it shows no difference with an interval."
        )
    if results.target and any(step.met is None for step in ramp):
        yield (
            f"Some steps have too few requests to tell whether they met {results.target}, or "
            "skipped some: use longer steps, or a mix without writes."
        )
