"""What is the same and what is not in the responses of the two backends to one request."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Final, Generic, Protocol, TypeVar

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

_WIDTH: Final = 100  # a longer line is compared piece by piece: a blog's contents are one line
_CONTEXT: Final = 3
_MOST_COMPARED: Final = 1000
_MOST_SHOWN: Final = 200


class Response(Protocol):
    """What is compared of a response."""

    @property
    def status(self) -> int | None: ...

    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...

    @property
    def body(self) -> bytes: ...


ResponseT = TypeVar("ResponseT", bound=Response)


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
class Comparison(Generic[ResponseT]):
    """The two responses to one request."""

    functions: ResponseT
    containers: ResponseT

    @property
    def responses(self) -> tuple[ResponseT, ResponseT]:
        return self.functions, self.containers

    @property
    def same_status(self) -> bool:
        return self.functions.status == self.containers.status

    @cached_property
    def headers(self) -> tuple[HeaderPair, ...]:
        """Every header of either answer, by name."""
        functions, containers = (_joined(one.headers) for one in self.responses)
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
        functions, containers = (_lines(one.body) for one in self.responses)
        return tuple(_difference(functions, containers))

    @property
    def same(self) -> bool:
        """Nothing differs but what must."""
        return self.same_status and not self.unexpected and not self.body


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
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
