"""Opens the way to a backend when the first request needs it, and no earlier."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from tui.client.contract import Api, LogEntry
from tui.settings.backends import Backends
from tui.settings.connections import Connections
from tui.settings.values import BackendName


class ApiFactory(Protocol):
    """Makes clients; the composition root gives one over HTTP, tests one over a fake."""

    backends: Backends
    plain_http_token: bool

    @property
    def connections(self) -> Connections: ...

    def open(self, name: BackendName, record: Callable[[LogEntry], None]) -> Api: ...


@dataclass(kw_only=True)
class HttpApiFactory:
    """Makes the `Api` of each backend, all with the same settings."""

    backends: Backends
    connections: Connections
    plain_http_token: bool

    @property
    def read_only(self) -> bool:
        return self.connections.preferences.read_only.value

    def open(self, name: BackendName, record: Callable[[LogEntry], None]) -> Api:
        """Make a client of the backend; takes a moment, so screens call it in a thread."""
        with _absent("httpx._main"):  # httpx's own command line would bring click and rich
            from tui.client.http_api import HttpApi  # noqa: PLC0415 -- httpx takes 0.2 s to import
        return HttpApi(
            backend=self.backends.get(name),
            token=self.backends.token,
            record=record,
            timeout=self.connections.preferences.timeout.value,
            plain_http_token=self.plain_http_token,
            read_only=self.read_only,
        )


@contextmanager
def _absent(module: str) -> Iterator[None]:
    """Let an import of *module* fail meanwhile, unless it has happened already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # the documented way; typeshed omits it
    try:
        yield
    finally:
        del sys.modules[module]
