"""A local HTTP API: what API Gateway (HTTP API, payload format 2.0) does in front of functions.

It builds the event, calls a route's target and turns the result into a response. ``responses`` has
a table of the gateway's own responses, with sources; docs/local-gateway.md says what else is known
about the real API Gateway.
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
