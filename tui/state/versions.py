"""Two versions of one blog, line by line, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from lab.comparison import common
from tui import text
from tui.client.contract import Blog, Draft
from tui.text import Safe


class Position(NamedTuple):
    """Where in a version to look: a line, and a character of it."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Version:
    """One of the two; the places of both belong together, the first difference first."""

    lines: Sequence[Safe]
    is_own: Sequence[bool]
    """By line: the other version has none that is the same."""
    positions: Sequence[Position]


def versions(mine: Draft, theirs: Blog) -> tuple[Version, Version]:
    """Set *mine* against *theirs*; takes as long as both are, however much differs."""
    first, second = _lines(mine), _lines(theirs)
    own = _own(first, second), _own(second, first)
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


def _own(lines: Sequence[Safe], others: Sequence[Safe]) -> list[bool]:
    known = set(others)
    return [line not in known for line in lines]


def _starts(own: Sequence[bool], begin: int) -> Iterator[int]:
    """Give the line where both begin to differ, then where every later run of marks begins."""
    yield begin
    for number in range(begin + 1, len(own)):
        if own[number] and not own[number - 1]:
            yield number


def _positions(starts: Sequence[int], columns: Sequence[int]) -> list[Position]:
    """Look past what two lines begin with in common: a paragraph is one line, however long."""
    found = zip_longest(starts, columns[: len(starts)], fillvalue=0)
    return [Position(line, column) for line, column in found]
