"""Compare two versions of a blog line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from lab.response_diff import common
from tui import text
from tui.client.contract import Blog, Draft
from tui.text import Safe


class Position(NamedTuple):
    """A line of a version, and a character in it."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Version:
    """One of the two versions. The positions of both correspond, first difference first."""

    lines: Sequence[Safe]
    is_own: Sequence[bool]
    """For each line, True if the other version does not have it."""
    positions: Sequence[Position]


def versions(mine: Draft, theirs: Blog) -> tuple[Version, Version]:
    """Compare *mine* with *theirs*, in time proportional to their length."""
    first, second = _lines(mine), _lines(theirs)
    own = _not_in(first, second), _not_in(second, first)
    begin = min(common(first, second), len(first) - 1, len(second) - 1)
    starts = [list(_starts(marks, begin)) for marks in own]
    columns = [
        common(first[mine_at], second[theirs_at])
        for mine_at, theirs_at in zip(*starts, strict=False)
    ]
    return (
        Version(lines=first, is_own=own[0], positions=_positions(starts[0], columns)),
        Version(lines=second, is_own=own[1], positions=_positions(starts[1], columns)),
    )


def _lines(version: Draft | Blog) -> list[Safe]:
    head = [
        Safe(f"Title: {text.line(version.title)}"),
        Safe(f"Author: {text.line(version.author)}"),
    ]
    return [*head, Safe(""), *text.lines(version.contents)]


def _not_in(lines: Sequence[Safe], others: Sequence[Safe]) -> list[bool]:
    known = set(others)
    return [line not in known for line in lines]


def _starts(is_own: Sequence[bool], begin: int) -> Iterator[int]:
    """Yield the line of the first difference, then the start of every later run of own lines."""
    yield begin
    for number in range(begin + 1, len(is_own)):
        if is_own[number] and not is_own[number - 1]:
            yield number


def _positions(starts: Sequence[int], columns: Sequence[int]) -> list[Position]:
    """Return the positions after the common start of the lines: a paragraph is one long line."""
    found = zip_longest(starts, columns[: len(starts)], fillvalue=0)
    return [Position(line, column) for line, column in found]
