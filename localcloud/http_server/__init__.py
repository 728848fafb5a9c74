"""HTTP/1.1 for the local API Gateway and load balancer, which may not know each other.

It is built on h11's public interface, which keeps bytes as they are sent, and lets a response begin
while the request still arrives.

``server`` listens and drains, ``connection`` reads requests and sends responses, ``headers`` has
what both know about headers. Rules, limits and error responses are those of each application.
"""

from localcloud.http_server.connection import (
    CHUNK,
    HEAD_LIMIT,
    ClientConnection,
    Event,
    Response,
)
from localcloud.http_server.errors import BodyTooLarge, HttpError, ResponseAborted
from localcloud.http_server.headers import HOP_BY_HOP, http_date
from localcloud.http_server.server import HttpServer, Timeouts

__all__ = [
    "CHUNK",
    "HEAD_LIMIT",
    "HOP_BY_HOP",
    "BodyTooLarge",
    "ClientConnection",
    "Event",
    "HttpError",
    "HttpServer",
    "Response",
    "ResponseAborted",
    "Timeouts",
    "http_date",
]
