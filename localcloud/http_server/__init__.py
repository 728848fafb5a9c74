"""The HTTP/1.1 server of the local API Gateway and of the local load balancer.

These two must not import each other, so what they share is here. It is built on h11's public
interface, which keeps bytes as they were sent, and can send a response before the request is
complete.

``server`` listens and drains, ``connection`` reads requests and sends responses, ``headers`` has
constants about headers. Each application defines its own rules, limits and error responses.
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
