"""A fake of the API as far as the client uses it, with faults on demand.

`FakeBlogs` responds to requests; `transport` puts it behind httpx in the same process, `serve`
behind a real socket for other processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.running import TIMEOUT_S

TOKEN = "s3cret-write-token"
SUMMARY = ("id", "title", "author", "created_at", "updated_at", "version")


@dataclass
class Response:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def problem(status: int, detail: str) -> Response:
    body = json.dumps({"title": "Problem", "detail": detail, "status": status}).encode()
    return Response(status, {"Content-Type": "application/problem+json"}, body)


class FakeBlogs:
    """One table behind both backends."""

    def __init__(self, count: int = 0, token: str | None = TOKEN) -> None:
        self.table: dict[str, dict[str, str]] = {}
        self.token = token
        self.requests: list[tuple[str, str]] = []
        self.authorizations: list[str | None] = []
        self.cold = False
        self.served_by = "functions/GetBlogs/abcd1234"
        self._version = 0
        self._lock = threading.Lock()
        for number in range(count):
            self.put(id=f"blog-{number:04d}", title=f"Blog number {number}", author="Ada")

    def put(self, **given: str) -> None:
        """Store a blog as another client would."""
        self._version += 1
        seconds = self._version
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        moment = f"2026-11-25T{clock}.000000Z"
        stored = self.table.get(given["id"], {"created_at": moment})
        stamps = {
            "created_at": stored["created_at"],
            "updated_at": moment,
            "version": f"v{seconds}",
        }
        self.table[given["id"]] = {"author": "", "contents": "Hello"} | given | stamps

    def paths(self, method: str) -> list[str]:
        """Return the paths of the requests with this method, the oldest first."""
        return [path for sent, path in self.requests if sent == method]

    def etag(self, blog_id: str) -> str:
        return f'"{self.table[blog_id]["version"]}"'

    def respond(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        with self._lock:
            self.requests.append((method, path))
            self.authorizations.append(headers.get("authorization"))
            response = self._respond(method, urlsplit(path), headers, body)
        timing = "app;dur=1.5, db;dur=1.0" + (", init;dur=250" if self.cold else "")
        response.headers |= {"Server-Timing": timing, "X-Served-By": self.served_by}
        return response

    def _respond(self, method, url, headers, body) -> Response:
        path = url.path.removeprefix("/Prod")
        if (
            method != "GET"
            and self.token
            and headers.get("authorization") != f"Bearer {self.token}"
        ):
            return problem(401, "A write token is needed.")
        if path == "/blog":
            return self._list(url) if method == "GET" else self._create(json.loads(body))
        blog_id = path.removeprefix("/blog/")
        if path == blog_id or blog_id not in self.table:
            return problem(404, "No such blog.")
        condition = headers.get("if-match", "*")
        if method != "GET" and condition not in {"*", self.etag(blog_id)}:
            return problem(412, "The blog has changed.")
        if method == "DELETE":
            del self.table[blog_id]
            return Response(204)
        if method == "PUT":
            draft = json.loads(body)
            self.put(**draft)
        return self._one(200, blog_id)

    def _one(self, status: int, blog_id: str) -> Response:
        body = json.dumps(self.table[blog_id]).encode()
        return Response(
            status, {"ETag": self.etag(blog_id), "Content-Type": "application/json"}, body
        )

    def _create(self, draft: dict[str, str]) -> Response:
        if draft["id"] in self.table:
            return problem(409, "The id is taken.")
        if not draft["title"].strip():
            return problem(422, "title: empty")
        self.put(**draft)
        return self._one(201, draft["id"])

    def _list(self, url) -> Response:
        query = parse_qs(url.query)
        limit = int(query.get("limit", ["20"])[0])
        start = query.get("cursor", [""])[0]
        ordered = sorted(
            self.table.values(), key=lambda b: (b["created_at"], b["id"]), reverse=True
        )
        if start:
            ordered = [
                b for b in ordered if (b["created_at"], b["id"]) < tuple(start.split("#", 1))
            ]
        page = [{name: blog[name] for name in SUMMARY} for blog in ordered[:limit]]
        headers = {"Content-Type": "application/json"}
        if len(ordered) > limit:
            last = page[-1]
            cursor = f"{last['created_at']}%23{last['id']}"
            headers["Link"] = f'<?limit={limit}&view=summary&cursor={cursor}>; rel="next"'
        return Response(200, headers, json.dumps(page).encode())


class Fault:
    """The faults of one backend."""

    def __init__(self) -> None:
        self.down = False
        self.lose_response: set[str] = set()
        """Methods whose response is lost after the request was applied, once each."""
        self.lose_request: set[str] = set()
        """Methods whose request is lost, once each."""
        self.gate: asyncio.Event | None = None
        """Responses wait for this event."""
        self.waiting = asyncio.Event()
        """Set when a response waits for `gate`."""
        self.replace: Callable[[str, str], Response | None] = lambda method, path: None

    def hold(self) -> asyncio.Event:
        """Make responses wait until the returned event is set."""
        self.gate = asyncio.Event()
        self.waiting.clear()
        return self.gate


def transport(blogs: FakeBlogs, fault: Fault) -> httpx.AsyncBaseTransport:
    """Return an httpx transport that responds from the fake."""

    async def handle(request: httpx.Request) -> httpx.Response:
        if fault.down:
            raise httpx.ConnectError("refused", request=request)
        method, path = request.method, request.url.raw_path.decode()
        if method in fault.lose_request:
            fault.lose_request.discard(method)
            raise httpx.ReadTimeout("late", request=request)
        gate = fault.gate
        headers = {name.lower(): value for name, value in request.headers.items()}
        response = fault.replace(method, path) or blogs.respond(
            method, path, headers, request.content
        )
        if gate:
            fault.waiting.set()
            await gate.wait()
        if method in fault.lose_response:
            fault.lose_response.discard(method)
            raise httpx.ReadError("gone", request=request)
        sent = [(name.encode(), value.encode()) for name, value in response.headers.items()]
        return httpx.Response(response.status, headers=sent, content=response.body)

    return httpx.MockTransport(handle)


class Served:
    """The fake, served on a real socket."""

    def __init__(self, blogs: FakeBlogs, port: int) -> None:
        self.blogs = blogs
        self.url = f"http://127.0.0.1:{port}"
        self.hold: threading.Event | None = None
        self.holding = threading.Event()
        self.drop: set[str] = set()
        """Methods whose connection is closed after the request was applied, once each."""


class Handler(BaseHTTPRequestHandler):
    """Respond from the fake of the server."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per response; otherwise TCP's delayed ACK costs 40 ms

    def respond_any(self) -> None:
        served = self.server.served
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = served.blogs.respond(self.command, self.path, headers, body)
        if served.hold:
            served.holding.set()
            served.hold.wait(TIMEOUT_S)
        if self.command in served.drop:
            served.drop.discard(self.command)
            self.close_connection = True
            return
        with contextlib.suppress(ConnectionError):
            self._send(response)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()

    do_GET = do_POST = respond_any  # noqa: N815 -- http.server's names
    do_PUT = do_DELETE = respond_any  # noqa: N815 -- same

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@contextlib.contextmanager
def serve(blogs: FakeBlogs) -> Iterator[Served]:
    """Serve *blogs* on 127.0.0.1 until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = server.served = Served(blogs, server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        if served.hold:
            served.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
