"""The app in a browser: `blogs serve`.

Whoever reaches the page drives a client that holds the write token. So it listens on loopback
only; it answers to one Host, which no page of another site can name; its websocket takes no
foreign Origin; and it wants a key that only the printed address has, since other people of this
machine reach loopback too.
"""

from __future__ import annotations

import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final

from aiohttp import web
from textual_serve.server import Server

from tui.command import output
from tui.settings.values import SettingsError

_HOST: Final = "127.0.0.1"
_WEBSOCKET: Final = "/ws"
_KEY: Final = "key"
_GRACE_S: Final = 1.0  # for the browsers that are still there
_HEADERS: Final = {
    # The page of textual-serve asks another site for a font.
    "Content-Security-Policy": (
        "default-src 'self' 'unsafe-inline' data:; connect-src 'self' ws:; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Starts *command* anew for each visitor who has the key."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        super().__init__(shlex.join(command), host=_HOST, port=port, title="blogs")
        self._key = secrets.token_urlsafe(24)
        self._cookie = f"blogs-{port}"  # a cookie is for a host, whatever the port

    @property
    def address(self) -> str:
        """What to open; it holds the key."""
        return f"{self.public_url}/?{_KEY}={self._key}"

    async def make_app(self) -> web.Application:
        """Make the application with its guard."""
        app = await self._make_app()
        app.middlewares.append(self._guard)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Say where it is."""
        del app
        output.print_text(f"Open {self.address}\nCtrl-C stops. Keep the address to yourself.")

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        refusal = self._refusal(request)
        if refusal:
            return web.Response(status=HTTPStatus.FORBIDDEN, text=refusal, headers=_HEADERS)
        if _KEY in request.query:
            return self._admitted()
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _refusal(self, request: web.Request) -> str | None:
        if request.headers.getall("Host", []) != [f"{_HOST}:{self.port}"]:
            return "This name is not served: open the address that was printed.\n"
        origins = request.headers.getall("Origin", [])
        # A browser names the origin of every websocket; of its own pages it need not.
        if origins != [self.public_url] and (origins or request.path == _WEBSOCKET):
            return "Only the page that was printed may do this.\n"
        key = request.query.get(_KEY) or request.cookies.get(self._cookie, "")
        if not secrets.compare_digest(key.encode(), self._key.encode()):
            return "The key is missing or old: open the address that was printed.\n"
        return None

    def _admitted(self) -> web.Response:
        """Keep the key in a cookie, out of the address and the history."""
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/", **_HEADERS})
        response.set_cookie(self._cookie, self._key, httponly=True, samesite="Strict")
        return response


def serve(words: Sequence[str], port: int) -> None:
    """Serve `blogs` with these *words* until interrupted; port 0 takes a free one."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
            listener.listen()  # before the address is told
        except OSError as error:
            raise SettingsError(f"Port {port} cannot be had: {error.strerror}.") from error
        server = GuardedServer([sys.executable, "-m", "tui", *words], listener.getsockname()[1])
        web.run_app(
            server.make_app(), sock=listener, print=None, access_log=None, shutdown_timeout=_GRACE_S
        )
