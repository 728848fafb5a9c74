"""Decide which blog each planned request uses.

A request uses a blog at least `GAP_S` after the request that creates it, and at least `GAP_S`
before the one that deletes it. So a response of 404 is a fault of the backend, not of the plan.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from lab.backends import Backend
from lab.plan import WARM_UP_SLOT, Operation, PlannedRequest, PlanSettings

GAP_S: Final = 2.0

_ROUNDING_S: Final = 1e-7
_FEWEST: Final = 10
_RATE_PER_BLOG: Final = 100


@dataclass(frozen=True)
class Arrival:
    """A request without its blog."""

    time_s: float
    slot: int
    operation: Operation

    def shifted(self, seconds: float) -> Arrival:
        return Arrival(round(self.time_s + seconds, 6), self.slot, self.operation)


@dataclass(eq=False)
class Draft:
    """A request without its number. *blog* is the draft of the post that creates its blog."""

    arrival: Arrival
    backend: Backend
    blog: Draft | None = None
    number: int = -1


class _Counts:
    """How many posts and deletes are planned until a given time."""

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        self._posts = [one.time_s for one in arrivals if one.operation is Operation.POST]
        self._deletes = [one.time_s for one in arrivals if one.operation is Operation.DELETE]

    def created(self, time_s: float) -> int:
        """Return the number of blogs that a request at *time_s* can use, deleted ones included."""
        return bisect_right(self._posts, time_s - GAP_S + _ROUNDING_S)

    def deleted(self, time_s: float) -> int:
        """Return the number of blogs that a request at *time_s* can no longer use."""
        return bisect_right(self._deletes, time_s + GAP_S + _ROUNDING_S)


def number_of_first_blogs(arrivals: Sequence[Arrival], settings: PlanSettings) -> int:
    """Return how many blogs must exist before *arrivals* so that each finds one."""
    counts = _Counts(arrivals)
    fewest = max(_FEWEST, math.ceil(max(settings.rate, *settings.ramp, 0) / _RATE_PER_BLOG))
    missing = deletes = 0
    for one in arrivals:
        if one.operation is Operation.DELETE:
            deletes += 1
            missing = max(missing, deletes - counts.created(one.time_s))
        elif one.operation in {Operation.READ, Operation.EDIT}:
            free = counts.created(one.time_s) - counts.deleted(one.time_s)
            missing = max(missing, fewest - free)
    return missing


def with_blogs(
    backend: Backend, first_blogs: Sequence[float], arrivals: Sequence[Arrival], random: Random
) -> Iterator[Draft]:
    """Yield the posts of the first blogs and *arrivals*, each with its blog.

    The oldest blog is deleted first. Reads choose at random. Edits take turns, because edits of
    the same blog at the same time delay each other.
    """
    posts = [Arrival(time, WARM_UP_SLOT, Operation.POST) for time in first_blogs]
    blogs = [Draft(one, backend) for one in posts]
    yield from blogs
    counts = _Counts([*posts, *arrivals])
    deletes = edits = 0
    for one in arrivals:
        draft = Draft(one, backend)
        first, end = counts.deleted(one.time_s), counts.created(one.time_s)
        match one.operation:
            case Operation.POST:
                blogs.append(draft)
            case Operation.READ:
                draft.blog = blogs[random.randrange(first, end)]
            case Operation.EDIT:
                draft.blog = blogs[first + edits % (end - first)]
                edits += 1
            case Operation.DELETE:
                draft.blog = blogs[deletes]
                deletes += 1
            case Operation.LIST:
                pass
        yield draft


def numbered(drafts: Sequence[Draft], prefix: str, body_bytes: int) -> list[PlannedRequest]:
    """Return *drafts* as requests, numbered by time. The number of a post ends the blog's id."""
    ordered = sorted(drafts, key=lambda draft: draft.arrival.time_s)
    for number, draft in enumerate(ordered):
        draft.number = number
    return [_planned(draft, prefix, body_bytes) for draft in ordered]


def _planned(draft: Draft, prefix: str, body_bytes: int) -> PlannedRequest:
    operation = draft.arrival.operation
    post = draft if operation is Operation.POST else draft.blog
    return PlannedRequest(
        number=draft.number,
        planned_s=draft.arrival.time_s,
        slot=draft.arrival.slot,
        backend=draft.backend,
        operation=operation,
        id=f"{prefix}{post.number}" if post else "",
        after=draft.blog.number if draft.blog else None,
        body_bytes=body_bytes if operation in {Operation.POST, Operation.EDIT} else 0,
    )
