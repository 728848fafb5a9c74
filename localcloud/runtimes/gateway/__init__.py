"""A local HTTP API: what API Gateway (HTTP API, payload format 2.0) does in front of functions.

It builds the event, calls a route's target and turns what comes back into an answer. What it says
by itself, and how sure that is, stands in one table in ``answers``; docs/local-gateway.md tells
the rest of what was found about the real one, with sources.
"""

from localcloud.runtimes.gateway.server import Gateway
from localcloud.runtimes.gateway.spec import (
    AccessLog,
    Cors,
    GatewaySpec,
    Route,
    Target,
    Throttle,
)

__all__ = ["AccessLog", "Cors", "Gateway", "GatewaySpec", "Route", "Target", "Throttle"]
