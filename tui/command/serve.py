"""The command `blogs serve`: the app in a browser.

Anyone who can open the page controls a client that has the write token. The server therefore
listens on loopback only, accepts one Host (against DNS rebinding), rejects other origins (against
pages of other sites), and requires the key in the printed URL (against other users of this
machine).
"""

from __future__ import annotations

import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Final

from aiohttp import web
from textual_serve.server import Server

from tui.command import output
from tui.settings.values import SettingsError

_HOST: Final = "127.0.0.1"
_PAGE: Final = Path(__file__).with_name("serve.html")
_DRIVER: Final = "tui.browser_driver:BrowserDriver"
_WEBSOCKET: Final = "/ws"
_KEY: Final = "key"
_SHUTDOWN_TIMEOUT_S: Final = 1.0
_HEADERS: Final = {
    # textual.js adds style sheets to the page.
    "Content-Security-Policy": (
        "default-src 'self' 'unsafe-inline' data:; connect-src 'self' ws:; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_OPEN_PRINTED_URL: Final = "Open the URL that blogs serve printed.\n"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class GuardedServer(Server):
    """Serves *command* to browsers that send the key, one process per browser."""

    def __init__(self, command: Sequence[str], port: int) -> None:
        super().__init__(shlex.join(command), host=_HOST, port=port, title="blogs")
        self._key = secrets.token_urlsafe(24)
        self._cookie = f"blogs-{port}"  # cookies are shared by all ports of a host

    @property
    def address(self) -> str:
        """The URL to open, with the key."""
        return f"{self.public_url}/?{_KEY}={self._key}"

    async def make_app(self) -> web.Application:
        """Return the application with the access check."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/", _show_page),
                web.get(_WEBSOCKET, self.handle_websocket),
                web.get("/download/{key}", self.handle_download),
                web.static("/static", self.statics_path),
            ]
        )
        app.on_startup.append(self.on_startup)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Print the URL."""
        del app
        output.print_text(
            f"Open {self.address}\nAnyone with this URL can write. Press Ctrl-C to stop."
        )

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        refusal = self._refusal(request)
        if refusal:
            return web.Response(status=HTTPStatus.FORBIDDEN, text=refusal, headers=_HEADERS)
        if _KEY in request.query:
            return self._set_cookie()
        response = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _refusal(self, request: web.Request) -> str | None:
        if request.headers.getall("Host", []) != [f"{_HOST}:{self.port}"]:
            return f"Unknown host. {_OPEN_PRINTED_URL}"
        origins = request.headers.getall("Origin", [])
        # Browsers send the origin with every websocket, but not with every page of the same site.
        if origins != [self.public_url] and (origins or request.path == _WEBSOCKET):
            return f"Requests from other pages are not allowed. {_OPEN_PRINTED_URL}"
        key = request.query.get(_KEY) or request.cookies.get(self._cookie, "")
        if not secrets.compare_digest(key.encode(), self._key.encode()):
            return f"The key is missing or invalid. {_OPEN_PRINTED_URL}"
        return None

    def _set_cookie(self) -> web.Response:
        """Move the key from the URL, which browsers remember, to a cookie."""
        response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/", **_HEADERS})
        response.set_cookie(self._cookie, self._key, httponly=True, samesite="Strict")
        return response


async def _show_page(request: web.Request) -> web.FileResponse:
    """Return our own page: that of textual-serve loads a font from another site."""
    del request
    # The page requests itself to find out whether the server still runs.
    return web.FileResponse(_PAGE, headers={"Cache-Control": "no-store"})


def serve(arguments: Sequence[str], port: int) -> None:
    """Serve `blogs` with these *arguments* until interrupted. Port 0 selects a free port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, port))
            listener.listen()  # before the URL is printed
        except OSError as error:
            raise SettingsError(
                f"Port {port} is not available ({error.strerror}). Choose another one with --port."
            ) from error
        command = ["env", f"TEXTUAL_DRIVER={_DRIVER}", sys.executable, "-m", "tui", *arguments]
        web.run_app(
            GuardedServer(command, listener.getsockname()[1]).make_app(),
            sock=listener,
            print=None,
            access_log=None,
            shutdown_timeout=_SHUTDOWN_TIMEOUT_S,
        )
