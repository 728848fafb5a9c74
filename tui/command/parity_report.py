"""The output of `blogs parity`: a line of counts and a table of differences, or JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from lab.parity.comparison import Difference, Undocumented
from lab.parity.explained import Explanation
from tui import text
from tui.settings.values import BackendName

NARROWEST: Final = 80
WIDEST: Final = 160
_LONGEST_VALUE: Final = 2000
_GAP: Final = 2
_LEAST_NAME: Final = 26


@dataclass(frozen=True, kw_only=True)
class ParityReport:
    """What a run has found."""

    requests: int
    left_out: int
    why_left_out: str
    differences: Sequence[Difference]
    undocumented: Sequence[Undocumented]
    not_deleted: Sequence[str] = ()
    unknown: int = 0

    @property
    def unexplained(self) -> list[Difference]:
        return [one for one in self.differences if one.explanation is None]

    @property
    def same(self) -> bool:
        return not self.unexplained


def document(report: ParityReport) -> dict[str, Any]:
    """Return the JSON object of a report. Scripts rely on its keys."""
    return {
        "sent": report.requests,
        "left_out": report.left_out,
        "left_out_reason": report.why_left_out or None,
        "same": report.same,
        "differences": [
            {
                **_place(one),
                "functions": _cut(one.functions),
                "containers": _cut(one.containers),
                "explanation": _explanation(one.explanation),
            }
            for one in report.differences
        ],
        "undocumented": [
            {**_place(one), "found": _cut(one.found), "expected": _cut(one.expected)}
            for one in report.undocumented
        ],
        "not_deleted": list(report.not_deleted),
        "unknown_blogs": report.unknown,
    }


def _place(one: Difference | Undocumented) -> dict[str, str]:
    case = one.case
    return {"request": case.name, "method": case.method, "path": _cut(case.path), "part": one.part}


def _explanation(one: Explanation | None) -> dict[str, Any] | None:
    if one is None:
        return None
    certainty = {"functions": one.functions.value, "containers": one.containers.value}
    return {"name": one.name, "reason": one.reason, "certainty": certainty}


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"


def lines(report: ParityReport, width: int) -> Iterator[str]:
    """Yield the lines of the report; the tables have *width* columns."""
    yield counts(report)
    if report.left_out:
        yield f"{text.count(report.left_out, 'request')} left out: {report.why_left_out}"
    columns = max(NARROWEST, min(width, WIDEST))
    if report.unexplained:
        yield from ("", "unexplained differences:", *_table(report.unexplained, columns))
    for explanation, differences in _by_explanation(report.differences):
        yield ""
        yield from textwrap.wrap(f"{explanation.name}: {explanation.reason}", columns)
        yield f"({explanation.certainty})"
        yield from _table(differences, columns)
    if report.undocumented:
        yield from ("", "the same from both backends, but not as documented:")
        yield from _undocumented(report.undocumented, columns)
    if left := not_deleted(report.not_deleted, report.unknown):
        yield from ("", left)


def counts(report: ParityReport) -> str:
    """Return one line with the number of requests and of those with differences."""
    unexplained = {one.case.name for one in report.unexplained}
    explained = {one.case.name for one in report.differences} - unexplained
    same = report.requests - len(unexplained) - len(explained)
    return (
        f"{text.count(report.requests, 'request')}: {same:,} the same, {len(explained):,} with "
        f"explained differences, {len(unexplained):,} with unexplained"
    )


def not_deleted(ids: Iterable[str], unknown: int) -> str:
    """Return one line with the blogs that may be left; empty if there are none."""
    named: list[str] = [text.row(one) for one in ids]
    if unknown:
        named.append(f"{text.count(unknown, 'blog')} with an unknown id")
    return f"These blogs may not be deleted: {', '.join(named)}." if named else ""


def _by_explanation(
    differences: Iterable[Difference],
) -> list[tuple[Explanation, list[Difference]]]:
    found: dict[str, tuple[Explanation, list[Difference]]] = {}
    for one in differences:
        if one.explanation is not None:
            found.setdefault(one.explanation.name, (one.explanation, []))[1].append(one)
    return list(found.values())


def _table(differences: Iterable[Difference], width: int) -> Iterator[str]:
    """Yield the table of differences. Requests with the same difference share a row."""
    rows: dict[tuple[str, str, str], list[str]] = {}
    for name, group in groupby(differences, key=lambda one: one.case.name):
        first, *others = sorted(group, key=_importance)
        part = f"{first.part} +{len(others)}" if others else first.part
        rows.setdefault((part, first.functions, first.containers), []).append(name)
    yield from _merged(("differs", *(name.word for name in BackendName)), rows, width)


def _undocumented(found: Iterable[Undocumented], width: int) -> Iterator[str]:
    rows: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        rows.setdefault((one.part, one.found, one.expected), []).append(one.case.name)
    yield from _merged(("part", "found", "documented"), rows, width)


def _importance(one: Difference) -> int:
    order = ("status", "content-type", "body")
    return order.index(one.part) if one.part in order else len(order)


def _merged(
    heads: tuple[str, ...], rows: Mapping[tuple[str, str, str], list[str]], width: int
) -> Iterator[str]:
    """Yield a table of values, each row with the names of its requests."""
    yield from _aligned(
        [(*heads, "requests"), *((*values, _names(names)) for values, names in rows.items())], width
    )


def _names(names: Sequence[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if len(names) > 1 else names[0]


def _aligned(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the rows with aligned columns. The last column gets the space that is left."""
    shown = [[" ".join(text.row(cell).split()) for cell in row] for row in rows]
    most = (width - _LEAST_NAME) // (len(rows[0]) - 1) - _GAP
    widths = [min(most, max(map(len, column))) for column in zip(*shown, strict=True)][:-1]
    widths.append(width - sum(widths) - _GAP * len(widths))
    for row in shown:
        cells = [_fitted(cell, size) for cell, size in zip(row, widths, strict=True)]
        yield (" " * _GAP).join(cells).rstrip()


def _fitted(cell: str, width: int) -> str:
    return f"{cell:<{width}}" if len(cell) <= width else f"{cell[: width - 1]}…"
