"""Create the client of a backend when the first request needs it."""

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
    """Creates clients. The app gets one for HTTP, tests use a fake."""

    backends: Backends
    plain_http_token: bool

    @property
    def connections(self) -> Connections: ...

    def open(
        self, name: BackendName, record: Callable[[LogEntry], None], *, direct: bool = False
    ) -> Api: ...


@dataclass(kw_only=True)
class HttpApiFactory:
    """Creates the HTTP client of each backend, with the same settings."""

    backends: Backends
    connections: Connections
    plain_http_token: bool

    @property
    def read_only(self) -> bool:
        return self.connections.preferences.read_only.value

    def open(
        self, name: BackendName, record: Callable[[LogEntry], None], *, direct: bool = False
    ) -> Api:
        """Return a client of the backend; a *direct* one uses no proxy.

        The first call is slow: screens call it in a thread.
        """
        with _blocked_import("httpx._main"):  # the command line of httpx loads click and rich
            from tui.client.http_api import HttpApi  # noqa: PLC0415 -- httpx takes 0.2 s to import
        return HttpApi(
            backend=self.backends.get(name),
            token=self.backends.token,
            record=record,
            timeout=self.connections.preferences.timeout.value,
            plain_http_token=self.plain_http_token,
            read_only=self.read_only,
            direct=direct,
        )


@contextmanager
def _blocked_import(module: str) -> Iterator[None]:
    """Let imports of *module* fail inside the block, unless it is already loaded."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # the documented way; typeshed omits it
    try:
        yield
    finally:
        del sys.modules[module]
