"""The gateway's own CORS, which replaces whatever a function says about it.

Headers are added only to a request with an ``Origin`` that is allowed; a preflight is an OPTIONS
request with ``Origin`` and ``Access-Control-Request-Method`` (developer guide, "Configure CORS for
HTTP APIs"). The guide also says that the gateway answers a preflight itself when no route takes
it. A route that does take OPTIONS (its own, ANY, or ``$default``) gets the request, and the
headers are added to its answer: the guide's section on ``$default`` routes with an authorizer, and
aws/serverless-application-model#1603 and anomalyco/sst#5493, where functions saw the preflights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localcloud.runtimes.gateway.answers import Answer
from localcloud.runtimes.gateway.spec import Cors

_PREFIX: Final = "access-control-"
PREFLIGHT: Final = Answer(204, ())


def is_preflight(method: str, headers: Mapping[str, str]) -> bool:
    return method == "OPTIONS" and "access-control-request-method" in headers


def apply(cors: Cors, answer: Answer, method: str, headers: Mapping[str, str]) -> Answer:
    """Give *answer* with the declared CORS headers in place of its own."""
    kept = [(name, value) for name, value in answer.headers if not name.startswith(_PREFIX)]
    origin = _allowed(cors, headers.get("origin"))
    if origin is None:
        return Answer(answer.status, kept, answer.body)
    added = {"access-control-allow-origin": origin}
    if cors.allow_credentials:
        added["access-control-allow-credentials"] = "true"
    added |= _for_preflight(cors) if is_preflight(method, headers) else _for_reading(cors)
    return Answer(answer.status, [*kept, *added.items()], answer.body)


def _for_preflight(cors: Cors) -> dict[str, str]:
    lists = {
        "access-control-allow-methods": cors.allow_methods,
        "access-control-allow-headers": cors.allow_headers,
    }
    added = {name: ",".join(values) for name, values in lists.items() if values}
    if cors.max_age is not None:
        added["access-control-max-age"] = str(cors.max_age)
    return added


def _for_reading(cors: Cors) -> dict[str, str]:
    if not cors.expose_headers:
        return {}
    return {"access-control-expose-headers": ",".join(cors.expose_headers)}


def _allowed(cors: Cors, origin: str | None) -> str | None:
    if origin is None:
        return None
    if "*" in cors.allow_origins:
        return "*"
    schemes = {allowed[:-1] for allowed in cors.allow_origins if allowed.endswith("://*")}
    if origin in cors.allow_origins or any(origin.startswith(scheme) for scheme in schemes):
        return origin
    return None
