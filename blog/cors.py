"""CORS of the containers backend.

For the functions backend, API Gateway adds the same headers: its CORS configuration is declared
from the same constants of the schema.
"""

from __future__ import annotations

from typing import Final

from blog import schema
from blog.http import Reply, Request

ANY_ORIGIN: Final = "*"


def parse_origins(setting: str) -> tuple[str, ...]:
    """Parse a comma-separated list of origins, or ``*`` for all."""
    origins = tuple(part.strip() for part in setting.split(",") if part.strip())
    if not origins or (ANY_ORIGIN in origins and len(origins) > 1):
        raise ValueError(
            f"CORS_ORIGINS must be '*' or a comma-separated list of origins, not {setting!r}."
        )
    return origins


def is_preflight(request: Request) -> bool:
    """Return True if *request* is a CORS preflight."""
    has_headers = {"origin", "access-control-request-method"} <= request.headers.keys()
    return request.method == "OPTIONS" and has_headers


class Cors:
    """The origins whose pages may read responses, never with credentials."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._any = ANY_ORIGIN in origins
        self._origins = frozenset(origins)

    def preflight(self, request: Request) -> Reply:
        """Return the response to a preflight, on any path."""
        granted = {
            "Access-Control-Allow-Methods": ",".join(schema.CORS_METHODS),
            "Access-Control-Allow-Headers": ",".join(schema.CORS_HEADERS),
            "Access-Control-Max-Age": str(schema.CORS_MAX_AGE_SECONDS),
        }
        return Reply(status=204, headers=granted if self._allows(request) else {})

    def apply(self, request: Request, reply: Reply) -> Reply:
        """Add the headers that let a page of the request's origin read *reply*, if allowed."""
        more = {} if self._any else {"Vary": "Origin"}
        if self._allows(request):
            more["Access-Control-Allow-Origin"] = (
                ANY_ORIGIN if self._any else request.headers["origin"]
            )
            if not is_preflight(request):
                more["Access-Control-Expose-Headers"] = ",".join(schema.CORS_EXPOSED_HEADERS)
        return reply.with_headers(more)

    def _allows(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        return origin is not None and (self._any or origin in self._origins)
