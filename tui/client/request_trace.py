"""Records the progress of one request for the request log."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final

from tui import text
from tui.client.contract import LogEntry, Request
from tui.client.timing import SERVER_TIMES, ServerTime, Stopwatch
from tui.settings.backends import Backend
from tui.text import Safe

_SECRET_HEADERS: Final = {"set-cookie", "authorization", "proxy-authenticate"}
_MOST_HEADERS: Final = 40


class RequestTrace:
    """One request in progress. Create it just before sending."""

    def __init__(self, backend: Backend, request: Request, conceal: Callable[[str], str]) -> None:
        self._backend = backend
        self._request = request
        self._conceal = conceal
        self._moment = time.gmtime()
        self._status: int | None = None
        self._headers: tuple[tuple[str, Safe], ...] = ()
        self._named: dict[str, str] = {}
        self.watch = Stopwatch()
        self.received: int | None = None
        """The size of the response body, once it was read."""
        self.error = ""

    def head(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Record the status and headers of the response."""
        self._status = status
        public = islice((h for h in headers if h[0].lower() not in _SECRET_HEADERS), _MOST_HEADERS)
        self._headers = tuple(
            (text.row(name).lower(), text.line(self._conceal(value))) for name, value in public
        )
        self._named = dict(self._headers)

    def entry(self) -> LogEntry:
        """Return the log entry with all that is known so far."""
        server = ServerTime.of(self._named.get("server-timing"))
        path = f"/{self._backend.address.partition('/')[2]}".rstrip("/") + self._request.target
        return LogEntry(
            backend=self._backend.name,
            method=self._request.method,
            path=text.row(self._conceal(path)),
            base=self._backend.url,
            date=time.strftime("%Y-%m-%d", self._moment),
            at=time.strftime("%H:%M:%S", self._moment),
            milliseconds=self.watch.elapsed,
            status=self._status,
            cold=server.cold,
            served_by=text.row(self._named.get("x-served-by", "-")),
            phases=self.watch.phases(),
            server=server,
            headers=self._headers,
            sent_bytes=len(self._request.body or b""),
            received_bytes=self.received,
            error=self.error,
            request=self._request,
        )


def request_document(entry: LogEntry) -> dict[str, Any]:
    """Return the JSON object of one request. Scripts rely on its keys."""
    return {
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "ms": round(entry.milliseconds, 1),
        "cold": entry.cold,
        "served_by": entry.served_by,
        "phases": _rounded(vars(entry.phases)),
        "server": _rounded({name: getattr(entry.server, name) for name in SERVER_TIMES}),
    }


def _rounded(times: Mapping[str, float | None]) -> dict[str, float | None]:
    return {name: None if time is None else round(time, 1) for name, time in times.items()}
