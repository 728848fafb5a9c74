"""Compare the responses of the two backends to one request."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Final, Generic, Protocol, TypeVar

EXPECTED: Final = {
    "apigw-requestid": "request id of API Gateway",
    "connection": "depends on the connection",
    "date": "time of the response",
    "keep-alive": "depends on the connection",
    "server": "name of the server software",
    "server-timing": "times of the server",
    "transfer-encoding": "depends on the connection",
    "via": "depends on the connection",
    "x-amzn-trace-id": "trace id",
    "x-served-by": "server that responded",
}
"""The headers that may differ between equal responses, and the reason."""

_WIDTH: Final = 100  # longer lines are compared in pieces: the contents of a blog are one line
_CONTEXT: Final = 3
_MOST_COMPARED: Final = 1000
_MOST_SHOWN: Final = 200


class Response(Protocol):
    """The parts of a response that are compared."""

    @property
    def status(self) -> int | None: ...

    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...

    @property
    def body(self) -> bytes: ...


ResponseT = TypeVar("ResponseT", bound=Response)


@dataclass(frozen=True, kw_only=True)
class HeaderPair:
    """One header of both responses; None if a response does not have it."""

    name: str
    functions: str | None
    containers: str | None

    @property
    def same(self) -> bool:
        return self.functions == self.containers

    @property
    def reason(self) -> str | None:
        """The reason why the header may differ, or None if it must be the same."""
        return EXPECTED.get(self.name)


@dataclass(frozen=True, kw_only=True)
class ResponseDiff(Generic[ResponseT]):
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
        """The headers of both responses, sorted by name."""
        functions, containers = (_joined(one.headers) for one in self.responses)
        return tuple(
            HeaderPair(name=name, functions=functions.get(name), containers=containers.get(name))
            for name in sorted(functions.keys() | containers.keys())
        )

    @property
    def unexpected(self) -> list[HeaderPair]:
        """The headers that differ but must be the same."""
        return [pair for pair in self.headers if not (pair.same or pair.reason)]

    @cached_property
    def body(self) -> tuple[str, ...]:
        """The difference of the bodies in the format of diff(1); empty if they are the same."""
        functions, containers = (_lines(one.body) for one in self.responses)
        return tuple(_difference(functions, containers))

    @property
    def same(self) -> bool:
        """True if nothing differs except headers that may differ."""
        return self.same_status and not self.unexpected and not self.body


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join headers with the same name."""
    found: dict[str, str] = {}
    for name, value in headers:
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def canonical(body: bytes) -> str:
    """Return JSON in canonical form, and any other body unchanged."""
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
    """Yield the difference. Long texts that differ throughout are cut: diffing takes minutes."""
    if old == new:
        return
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    if max(len(old), len(new)) - head - tail <= _MOST_COMPARED:
        head, tail = max(0, head - _CONTEXT), max(0, tail - _CONTEXT)
        old, new = (side[head : len(side) - tail] for side in (old, new))
        yield from _without_heading(difflib.unified_diff(old, new, n=_CONTEXT, lineterm=""))
        return
    for sign, side in (("-", old), ("+", new)):
        differing = side[head : len(side) - tail]
        yield from (f"{sign}{line}" for line in differing[:_MOST_SHOWN])
        if len(differing) > _MOST_SHOWN:
            yield f"{sign}… lines not shown: {len(differing) - _MOST_SHOWN:,}"


def common(old: Sequence[str], new: Sequence[str]) -> int:
    """Return the length of the common start, in lines (or characters)."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _without_heading(lines: Iterable[str]) -> Iterable[str]:
    """Yield the lines without file names and line numbers, which have no meaning here."""
    for line in list(lines)[3:]:
        yield "…" if line.startswith("@@") else line
