"""The load balancer: a listener, its default action, and the responses that no target sends.

Statuses and causes: "Troubleshoot your Application Load Balancers" in the AWS documentation (sure).
Bodies and headers: 502 (122 bytes), 503 (162) and 504 (132) as published by users from real ones
(sure for 503, shown in full there; the other lengths fit the same pattern); 400, 405, 408, 463,
500, 501 and 505 follow the pattern too (believed).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import h11

from localcloud.http_server import (
    ClientConnection,
    HttpError,
    HttpServer,
    Response,
    Timeouts,
    http_date,
)
from localcloud.metrics import Meter, unmetered
from localcloud.ports import HOST, not_available
from localcloud.runtimes.balancer.forwarding import forward
from localcloud.runtimes.balancer.headers import for_target, refusal
from localcloud.runtimes.balancer.target_group import TargetGroup

_REPORT_S: Final = 10.0
_IDLE_S: Final = 60.0  # Elastic Load Balancing's own default
_REASONS: Final = {
    400: "Bad Request",  # malformed, or a header over 64 KiB
    405: "Not Allowed",  # TRACE
    408: "Request Time-out",  # the client stopped sending (believed: ALB's reason is not published)
    414: "Request-URI Too Large",  # over 16 KiB (believed: 400 is documented for that as well)
    463: "",  # more than 30 addresses in X-Forwarded-For (believed: no reason phrase)
    500: "Internal Server Error",  # a defect of the load balancer itself
    501: "Not Implemented",  # a transfer coding other than chunked (ALB also accepts identity)
    502: "Bad Gateway",  # refused, reset, closed or malformed before a response
    503: "Service Temporarily Unavailable",  # no target
    504: "Gateway Time-out",  # no connection within 10 s, or no response within the idle time-out
    505: "HTTP Version Not Supported",  # such as the first line of HTTP/2
}


class BalancerError(Exception):
    """The load balancer cannot start; the text is one sentence for the user."""


@dataclass(frozen=True)
class Forward:
    """Forward requests to the targets of a group."""

    group: TargetGroup
    meter: Meter = unmetered


@dataclass(frozen=True)
class FixedResponse:
    """Send the same response to every request."""

    status: int
    content_type: str = "text/plain"
    body: str = ""


class Balancer:
    """A load balancer with one HTTP listener on the loopback interface."""

    def __init__(self, port: int, meter: Meter = unmetered) -> None:
        self.port = port
        self._meter = meter
        self._action: Forward | FixedResponse | None = None
        self._idle_s = _IDLE_S
        self._server = HttpServer(self, Timeouts(_IDLE_S, _IDLE_S))
        self._reporting: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address of the listener."""
        return f"http://{HOST}:{self.port}"

    def configure(
        self, action: Forward | FixedResponse | None, *, idle_timeout_s: float = _IDLE_S
    ) -> None:
        """Set the listener's default action, from the next request on; None responds with 503."""
        self._action = action
        self._idle_s = idle_timeout_s
        self._server.timeouts = Timeouts(idle_timeout_s, idle_timeout_s)

    async def start(self) -> None:
        """Listen; raise BalancerError if the port is in use."""
        try:
            await self._server.start(self.port)
        except OSError as error:
            what = f"Port {self.port} of the load balancer"
            raise BalancerError(not_available(what, error)) from error
        self._reporting = asyncio.create_task(self._report_targets())

    async def stop(self, grace_s: float = 30.0) -> None:
        """Accept no more connections, finish the requests that run, and close."""
        if self._reporting:
            self._reporting.cancel()
        await self._server.stop(grace_s)
        if isinstance(self._action, Forward):
            self._action.group.close_idle()

    async def _report_targets(self) -> None:
        """Record the number of healthy targets; no unhealthy one stays registered here."""
        while True:
            if isinstance(self._action, Forward):
                self._action.meter("HealthyHostCount", len(self._action.group.registered))
            await asyncio.sleep(_REPORT_S)

    def on_connect(self) -> None:
        """Count a connection."""
        self._meter("NewConnectionCount", 1)

    async def respond(self, connection: ClientConnection, request: h11.Request) -> None:
        """Do what the listener's default action says."""
        status = refusal(request, connection.target)
        if status is not None:
            raise HttpError(status)
        action = self._action
        if isinstance(action, FixedResponse):
            body = action.body.encode()
            await connection.respond(_response(action.status, action.content_type, body))
        else:
            await self._forward(connection, request, action)

    async def _forward(
        self, connection: ClientConnection, request: h11.Request, action: Forward | None
    ) -> None:
        target = action.group.pick() if action else None
        if target is None or action is None:
            raise HttpError(HTTPStatus.SERVICE_UNAVAILABLE)
        self._meter("RequestCount", 1)
        forwarded = h11.Request(
            method=request.method,
            target=request.target,
            headers=for_target(request, connection.address, f"{HOST}:{self.port}"),
        )
        try:
            await forward(connection, forwarded, target, self._idle_s, action.meter)
        finally:
            target.end()

    def error_response(self, status: int) -> Response:
        """Return the load balancer's own page for *status*, and count it."""
        self._meter(f"HTTPCode_ELB_{status // 100}XX_Count", 1)
        title = f"{status} {_REASONS[status]}".rstrip()
        page = (
            f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
            f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
        )
        return _response(status, "text/html", page.encode(), _REASONS[status])


def _response(status: int, content_type: str, body: bytes, reason: str = "") -> Response:
    """Return a response with the headers of all that a load balancer sends on its own."""
    headers = [
        (b"Server", b"awselb/2.0"),
        (b"Date", http_date()),
        (b"Content-Type", content_type.encode()),
        (b"Content-Length", str(len(body)).encode()),
    ]
    return Response(status, reason.encode(), headers, body)
