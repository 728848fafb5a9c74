"""One request to both backends, and what is known of the two responses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lab.comparison import Comparison
from tui.client.contract import ApiError, Exchange, LogEntry, Request
from tui.client.timing import milliseconds
from tui.settings.values import BackendName, SettingsError

Ask = Callable[[BackendName, Request], Awaitable[Exchange]]
"""Asks one backend; raises `ApiError` or `SettingsError`."""


@dataclass(frozen=True, kw_only=True)
class FullComparison(Comparison[Exchange]):
    """Both backends responded."""

    request: Request


@dataclass(frozen=True, kw_only=True)
class PartialComparison:
    """What is known when not both gave an answer."""

    request: Request
    functions: Exchange | ApiError | SettingsError
    containers: Exchange | ApiError | SettingsError

    @property
    def answers(self) -> dict[BackendName, Exchange]:
        """What did come."""
        sides = {BackendName.FUNCTIONS: self.functions, BackendName.CONTAINERS: self.containers}
        return {name: side for name, side in sides.items() if isinstance(side, Exchange)}

    @property
    def causes(self) -> list[ApiError | SettingsError]:
        """Why the rest did not."""
        sides = (self.functions, self.containers)
        return [side for side in sides if not isinstance(side, Exchange)]


def table(found: FullComparison | PartialComparison) -> list[tuple[str, str, str]]:
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


async def compare(request: Request, ask: Ask) -> FullComparison | PartialComparison:
    """Ask one backend after the other, so that neither waits for the other's share."""
    functions = await _asked(ask, BackendName.FUNCTIONS, request)
    containers = await _asked(ask, BackendName.CONTAINERS, request)
    if isinstance(functions, Exchange) and isinstance(containers, Exchange):
        return FullComparison(request=request, functions=functions, containers=containers)
    return PartialComparison(request=request, functions=functions, containers=containers)


async def _asked(
    ask: Ask, name: BackendName, request: Request
) -> Exchange | ApiError | SettingsError:
    """Give what went wrong, too: the other backend is asked all the same."""
    try:
        return await ask(name, request)
    except (ApiError, SettingsError) as error:
        return error
