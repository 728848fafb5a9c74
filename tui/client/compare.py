"""Send one request to both backends and compare the responses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from lab.response_diff import ResponseDiff
from tui import text
from tui.client.contract import ApiError, Exchange, LogEntry, Request
from tui.client.timing import milliseconds
from tui.settings.values import BackendName, SettingsError

_TIME_WIDTH: Final = 11

Send = Callable[[BackendName, Request], Awaitable[Exchange]]
"""Sends a request to one backend; raises `ApiError` or `SettingsError`."""


@dataclass(frozen=True, kw_only=True)
class FullComparison(ResponseDiff[Exchange]):
    """Both backends responded."""

    request: Request


@dataclass(frozen=True, kw_only=True)
class PartialComparison:
    """At least one backend did not respond."""

    request: Request
    functions: Exchange | ApiError | SettingsError
    containers: Exchange | ApiError | SettingsError

    @property
    def responses(self) -> dict[BackendName, Exchange]:
        """The response that was received, if any."""
        sides = {BackendName.FUNCTIONS: self.functions, BackendName.CONTAINERS: self.containers}
        return {name: side for name, side in sides.items() if isinstance(side, Exchange)}

    @property
    def causes(self) -> list[ApiError | SettingsError]:
        """The errors of the backends that did not respond."""
        sides = (self.functions, self.containers)
        return [side for side in sides if not isinstance(side, Exchange)]


TIMES: Final = (
    "total",
    "connect",
    "TLS",
    "first byte",
    "body",
    "server: app",
    "server: db",
    "server: init",
)
"""The values of `figures` in milliseconds."""


def with_units(rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Align the times of `figures` at the right, below a row with their unit."""
    for name, *values in rows:
        if name == TIMES[0]:
            yield "", *(f"{'ms':>{_TIME_WIDTH}}" for _ in values)
        yield name, *(f"{value:>{_TIME_WIDTH}}" if name in TIMES else value for value in values)


def table(found: FullComparison | PartialComparison) -> list[tuple[str, str, str]]:
    """Return the rows of a table: a name and the values of both requests."""
    functions, containers = _figures(found.functions), _figures(found.containers)
    names = functions or containers
    return [(name, functions.get(name, "-"), containers.get(name, "-")) for name in names]


def _figures(side: Exchange | ApiError | SettingsError) -> dict[str, str]:
    entry = None if isinstance(side, SettingsError) else side.entry
    return dict(figures(entry)) if entry else {}


def figures(entry: LogEntry) -> list[tuple[str, str]]:
    """Return the values of one request, each with its name. Times are in milliseconds."""
    phases, server = entry.phases, entry.server
    return [
        ("status", str(entry.status or "no response")),
        ("total", milliseconds(entry.milliseconds)),
        ("connect", milliseconds(phases.connect)),
        ("TLS", milliseconds(phases.tls)),
        ("first byte", milliseconds(phases.first_byte)),
        ("body", milliseconds(phases.body)),
        ("server: app", milliseconds(server.app)),
        ("server: db", milliseconds(server.db)),
        ("server: init", milliseconds(server.init)),
        ("start", entry.warmth),
        ("size", "-" if entry.received_bytes is None else text.count(entry.received_bytes, "byte")),
        ("served by", entry.served_by),
    ]


async def compare(request: Request, send: Send) -> FullComparison | PartialComparison:
    """Send to one backend after the other, so that the requests do not slow each other down."""
    functions = await _response_or_error(send, BackendName.FUNCTIONS, request)
    containers = await _response_or_error(send, BackendName.CONTAINERS, request)
    if isinstance(functions, Exchange) and isinstance(containers, Exchange):
        return FullComparison(request=request, functions=functions, containers=containers)
    return PartialComparison(request=request, functions=functions, containers=containers)


async def _response_or_error(
    send: Send, name: BackendName, request: Request
) -> Exchange | ApiError | SettingsError:
    """Return an error instead of raising it, so that the other backend is still compared."""
    try:
        return await send(name, request)
    except (ApiError, SettingsError) as error:
        return error
