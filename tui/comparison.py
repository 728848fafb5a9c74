"""What is the same and what is not in the answers of the two backends to one request."""

from __future__ import annotations

import difflib
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Final

from tui.contract import ApiError, Exchange, LogEntry, Question
from tui.settings.values import BackendName, SettingsError
from tui.text import Safe

EXPECTED: Final = {
    "apigw-requestid": "the gateway's number of the request",
    "connection": "belongs to one hop",
    "date": "the moment of the answer",
    "keep-alive": "belongs to one hop",
    "server": "each server names itself",
    "server-timing": "each server's own times",
    "transfer-encoding": "belongs to one hop",
    "via": "belongs to one hop",
    "x-amzn-trace-id": "the number of a trace",
    "x-served-by": "who answered",
}
"""Headers that may differ although both backends answer alike, and why."""

Ask = Callable[[BackendName, Question], Awaitable[Exchange]]
"""Asks one backend; raises `ApiError` or `SettingsError`."""

_WIDTH: Final = 100  # a longer line is compared piece by piece: a blog's contents are one line
_CONTEXT: Final = 3
_MOST_COMPARED: Final = 1000
_MOST_SHOWN: Final = 200


@dataclass(frozen=True, kw_only=True)
class HeaderPair:
    """One header of both answers; None where it is absent."""

    name: str
    functions: str | None
    containers: str | None

    @property
    def same(self) -> bool:
        return self.functions == self.containers

    @property
    def reason(self) -> str | None:
        """Why it may differ; None when it should not."""
        return EXPECTED.get(self.name)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two answers to one request."""

    question: Question
    functions: Exchange
    containers: Exchange

    @property
    def exchanges(self) -> tuple[Exchange, Exchange]:
        return self.functions, self.containers

    @property
    def same_status(self) -> bool:
        return self.functions.entry.status == self.containers.entry.status

    @cached_property
    def headers(self) -> tuple[HeaderPair, ...]:
        """Every header of either answer, by name."""
        functions, containers = (_joined(one.entry.headers) for one in self.exchanges)
        return tuple(
            HeaderPair(name=name, functions=functions.get(name), containers=containers.get(name))
            for name in sorted(functions.keys() | containers.keys())
        )

    @property
    def unexpected(self) -> list[HeaderPair]:
        """The headers that differ and should not."""
        return [pair for pair in self.headers if not (pair.same or pair.reason)]

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The difference of the bodies, line by line as diff(1) marks it; nothing when same."""
        functions, containers = (_lines(one.body) for one in self.exchanges)
        return tuple(_difference(functions, containers))

    @property
    def same(self) -> bool:
        """Nothing differs but what must."""
        return self.same_status and not self.unexpected and not self.body


@dataclass(frozen=True, kw_only=True)
class Incomplete:
    """What is known when not both gave an answer."""

    question: Question
    functions: Exchange | ApiError | SettingsError
    containers: Exchange | ApiError | SettingsError

    @property
    def answers(self) -> dict[BackendName, Exchange]:
        """What did come."""
        sides = {BackendName.FUNCTIONS: self.functions, BackendName.CONTAINERS: self.containers}
        return {kind: side for kind, side in sides.items() if isinstance(side, Exchange)}

    @property
    def causes(self) -> list[ApiError | SettingsError]:
        """Why the rest did not."""
        sides = (self.functions, self.containers)
        return [side for side in sides if not isinstance(side, Exchange)]


def table(found: Comparison | Incomplete) -> list[tuple[str, str, str]]:
    """Set what is known of both requests side by side: a name and a few words for each."""
    functions, containers = _figures(found.functions), _figures(found.containers)
    names = functions or containers
    return [(name, functions.get(name, "-"), containers.get(name, "-")) for name in names]


def _figures(side: Exchange | ApiError | SettingsError) -> dict[str, str]:
    entry = None if isinstance(side, SettingsError) else side.entry
    return dict(figures(entry)) if entry else {}


def figures(entry: LogEntry) -> list[tuple[str, str]]:
    """Give what is known of one request, a name and a few words each; times in milliseconds."""
    phases, server = entry.phases, entry.server
    return [
        ("status", str(entry.status or "no answer")),
        ("total", milliseconds(entry.milliseconds)),
        ("connect", milliseconds(phases.connect)),
        ("TLS", milliseconds(phases.tls)),
        ("first byte", milliseconds(phases.first_byte)),
        ("body", milliseconds(phases.body)),
        ("server: app", milliseconds(server.app)),
        ("server: db", milliseconds(server.db)),
        ("server: init", milliseconds(server.init)),
        ("start", entry.warmth),
        ("size", "-" if entry.received_bytes is None else f"{entry.received_bytes} bytes"),
        ("served by", entry.served_by),
    ]


def milliseconds(time: float | None) -> str:
    """Word a time; what was not has none."""
    return "-" if time is None else f"{time:.1f}"


async def compare(question: Question, ask: Ask) -> Comparison | Incomplete:
    """Ask one backend after the other, so that neither waits for the other's share."""
    functions = await _asked(ask, BackendName.FUNCTIONS, question)
    containers = await _asked(ask, BackendName.CONTAINERS, question)
    if isinstance(functions, Exchange) and isinstance(containers, Exchange):
        return Comparison(question=question, functions=functions, containers=containers)
    return Incomplete(question=question, functions=functions, containers=containers)


async def _asked(
    ask: Ask, kind: BackendName, question: Question
) -> Exchange | ApiError | SettingsError:
    """Give what went wrong, too: the other backend is asked all the same."""
    try:
        return await ask(kind, question)
    except (ApiError, SettingsError) as error:
        return error


def _joined(headers: Iterable[tuple[str, Safe]]) -> dict[str, str]:
    """Join the lines of a header that came in several."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def canonical(body: bytes) -> str:
    """Write JSON in one way only; give anything else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode(errors="backslashreplace")


def _lines(body: bytes) -> list[str]:
    return [
        line[start : start + _WIDTH]
        for line in canonical(body).split("\n")
        for start in range(0, max(1, len(line)), _WIDTH)
    ]


def _difference(old: Sequence[str], new: Sequence[str]) -> Iterable[str]:
    """Compare; what is long and differs throughout is cut, because matching it takes minutes."""
    if old == new:
        return
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    if max(len(old), len(new)) - head - tail <= _MOST_COMPARED:
        head, tail = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
        old, new = (side[head : len(side) - tail] for side in (old, new))
        yield from _headless(difflib.unified_diff(old, new, n=_CONTEXT, lineterm=""))
        return
    for sign, side in (("-", old), ("+", new)):
        differing = side[head : len(side) - tail]
        yield from (f"{sign}{line}" for line in differing[:_MOST_SHOWN])
        if len(differing) > _MOST_SHOWN:
            yield f"{sign}… {len(differing) - _MOST_SHOWN} more lines"


def common(old: Sequence[str], new: Sequence[str]) -> int:
    """Count the lines (or characters) at the beginning that are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _headless(lines: Iterable[str]) -> Iterable[str]:
    """Leave out what names files, and the line numbers, which count only what was compared."""
    for line in list(lines)[3:]:
        yield "…" if line.startswith("@@") else line
