"""The blocks of a run: periods long enough that they hardly depend on each other.

Requests that follow each other have similar latencies, so a resample of single requests would make
intervals a third to an eighth as wide as they should be. Whole blocks keep that dependence.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lab.backends import Backend
from lab.plan import Order
from lab.results import Run
from lab.statistics.figures import due_latency, measured, reached_s
from lab.statistics.quantiles import inverted_cdf

LEAST: Final = 6
"""With fewer blocks there is no interval."""
MOST: Final = 60
"""The blocks at the start of the merging, at most."""
ENOUGH: Final = 10
"""Correlated blocks are merged down to this number. Intervals of fewer may be too narrow."""
_INDEPENDENT: Final = 0.1
"""The lag-1 correlation below which blocks are not merged."""
_CYCLE: Final = 4
"""Slots per ABBA cycle."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """The latencies of a period in milliseconds, of both backends: infinity for a failure."""

    seconds: float
    latencies: Mapping[Backend, Sequence[float]]

    @property
    def difference(self) -> float | None:
        """Functions minus containers at p50, or None if it is not known for a side."""
        medians = [inverted_cdf(sorted(each), 0.5) for each in self.latencies.values() if each]
        if len(medians) < len(Backend) or math.inf in medians:
            return None
        return medians[0] - medians[1]


def divide(run: Run) -> list[Block]:
    """Return the blocks of a run: whole ABBA cycles, or periods as long as a cycle."""
    edges = _parallel_edges(run) if run.settings.order is Order.PARALLEL else _cycle_edges(run)
    count = max(0, len(edges) - 1)
    latencies: list[dict[Backend, list[float]]] = [
        {backend: [] for backend in Backend} for _ in range(count)
    ]
    for backend in Backend:
        for row in measured(run, backend):
            block = bisect_right(edges, row.planned_s) - 1
            value = due_latency(row)
            if value is not None and 0 <= block < count:
                latencies[block][backend].append(value)
    return [
        Block(seconds=edges[index + 1] - edges[index], latencies=each)
        for index, each in enumerate(latencies)
    ]


def _cycle_edges(run: Run) -> list[float]:
    """Return the starts of the whole cycles of a run, and the end of the last one."""
    end = reached_s(run)
    slots = [slot for slot in run.slots if slot.end_s <= end]
    whole = slots[: len(slots) // _CYCLE * _CYCLE]
    return [slot.start_s for slot in whole[::_CYCLE]] + [slot.end_s for slot in whole[-1:]]


def _parallel_edges(run: Run) -> list[float]:
    """Return the edges of equal periods, each about as long as an ABBA cycle would be."""
    if not run.slots:
        return []
    start = run.slots[0].start_s
    end = min(run.slots[-1].end_s, reached_s(run))
    count = int((end - start) / (_CYCLE * run.settings.slot_s) + 1e-9)
    return [start + (end - start) * index / count for index in range(count + 1)] if count else []


def merge(blocks: Sequence[Block]) -> tuple[list[Block], float | None]:
    """Merge neighbors until they are independent enough; return them and the correlation left."""
    merged = list(blocks)
    if len(merged) > MOST:
        merged = _join(merged, MOST)
    left = lag1(merged)
    while left is not None and left >= _INDEPENDENT and len(merged) > ENOUGH:
        merged = _join(merged, max(LEAST, len(merged) // 2))
        left = lag1(merged)
    return merged, left


def _join(blocks: Sequence[Block], count: int) -> list[Block]:
    """Join neighbors to *count* blocks of about the same length."""
    edges = [round(index * len(blocks) / count) for index in range(count + 1)]
    return [_one(blocks[edges[index] : edges[index + 1]]) for index in range(count)]


def _one(blocks: Sequence[Block]) -> Block:
    return Block(
        seconds=sum(block.seconds for block in blocks),
        latencies={
            backend: [value for block in blocks for value in block.latencies[backend]]
            for backend in Backend
        },
    )


def equal_count(blocks: Sequence[Block]) -> int:
    """Return how many blocks of equal length are worth as much as *blocks*."""
    total = sum(block.seconds for block in blocks)
    squares = sum(block.seconds**2 for block in blocks)
    return int(total**2 / squares + 1e-9) if squares else 0


def lag1(blocks: Sequence[Block]) -> float | None:
    """Return the correlation of each block's difference with the next one's; None for too few."""
    values = [value for block in blocks if (value := block.difference) is not None]
    if len(values) < 3:  # noqa: PLR2004 (two differences are always on a line)
        return None
    mean = sum(values) / len(values)
    away = [value - mean for value in values]
    total = sum(each * each for each in away)
    if total == 0:
        return 0.0
    return sum(one * following for one, following in pairwise(away)) / total
