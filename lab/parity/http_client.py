"""An HTTP client that sends exactly the given bytes.

Each request has a connection of its own: no case depends on what another has left. There are no
retries, redirects, cookies and proxies.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import h11

from lab.parity.messages import Request, Response

_CHUNK: Final = 65536
_LARGEST: Final = 32 * 1024 * 1024
_WITH_LENGTH: Final = frozenset({"POST", "PUT", "PATCH"})
_PORTS: Final = {"http": 80, "https": 443}
_USER_AGENT: Final = "blogs-parity"


class HttpClient:
    """Sends requests to one backend. *url* has no slash at its end."""

    def __init__(self, url: str, timeout_s: float, tls: ssl.SSLContext | None = None) -> None:
        self._url = urlsplit(url)
        self._timeout_s = timeout_s
        self._tls = tls

    def send(self, request: Request) -> Response:
        """Send *request*; without a valid response, return its problem."""
        deadline = time.monotonic() + self._timeout_s
        try:
            with self._connected() as connection:
                return _exchange(connection, self._bytes_of(request), request.method, deadline)
        except TimeoutError:
            return Response(None, problem="no response in time")
        except (OSError, EOFError):
            return Response(None, problem="no response")
        except h11.RemoteProtocolError:
            return Response(None, problem="no valid response")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        host, port = self._url.hostname or "", self._url.port or _PORTS[self._url.scheme]
        with socket.create_connection((host, port), self._timeout_s) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._url.scheme == "http":
                yield plain
                return
            context = self._tls or ssl.create_default_context()
            with context.wrap_socket(plain, server_hostname=host) as encrypted:
                yield encrypted

    def _bytes_of(self, request: Request) -> bytes:
        base, host = self._url.path.encode(), self._url.netloc.encode()
        if request.raw:
            return request.raw.replace(b"<<base>>", base).replace(b"<<host>>", host)
        lines = [
            b"%s %s%s HTTP/1.1" % (request.method.encode(), base, request.target.encode()),
            b"Host: " + host,
            b"User-Agent: " + _USER_AGENT.encode(),
            b"Connection: close",
            *(f"{name}: {value}".encode("latin-1") for name, value in request.headers),
        ]
        if request.body or request.method in _WITH_LENGTH:
            lines.append(b"Content-Length: %d" % len(request.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + request.body


def _exchange(connection: socket.socket, data: bytes, method: str, deadline: float) -> Response:
    try:
        _wait_until(connection, deadline)
        connection.sendall(data)
    except ConnectionError:
        pass  # a server may respond before it has read everything, and close the connection
    parser = h11.Connection(h11.CLIENT)
    # The parser needs to know the method. What it would send is not used.
    parser.send(h11.Request(method=method, target="/", headers=[("Host", "-")]))
    parser.send(h11.EndOfMessage())
    return _receive(connection, parser, deadline)


def _receive(connection: socket.socket, parser: h11.Connection, deadline: float) -> Response:
    head: h11.Response | None = None
    body = bytearray()
    received = 0
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            _wait_until(connection, deadline)
            data = connection.recv(_CHUNK)
            received += len(data)
            if not received:
                raise EOFError
            parser.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _LARGEST:
                raise h11.RemoteProtocolError("the body is too large")
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            # A response to HEAD must not have a body: show one that has arrived.
            return Response(head.status_code, _headers(head), bytes(body) + parser.trailing_data[0])


def _wait_until(connection: socket.socket, deadline: float) -> None:
    """Set the timeout of the next operation. Each has one, but all share the deadline."""
    rest = deadline - time.monotonic()
    if rest <= 0:
        raise TimeoutError
    connection.settimeout(rest)


def _headers(head: h11.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
