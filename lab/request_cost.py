"""What requests cost in AWS: the hours of tasks and load balancer cost the same without them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from lab.cost import prices
from lab.cost.errors import CostError

DEFAULT_REGION: Final = "us-east-1"
_DEFAULT_MB: Final = 442
_DEFAULT_ARCHITECTURE: Final = "arm64"
_BILLED_S: Final = Decimal("0.03")
"""An assumption: the billed time of an invocation is not known."""


def usd(
    *, invocations: int, reads: int, writes: int, outputs: Mapping[str, Any], region: str
) -> float | None:
    """Return the cost in USD, or None if the region has no prices.

    *invocations* counts the requests to functions; *reads* and *writes* those to both backends.
    """
    memory = outputs.get("FunctionMemory")
    mb = memory if isinstance(memory, int) else _DEFAULT_MB
    architecture = outputs.get("Architecture", _DEFAULT_ARCHITECTURE)
    quantities = {
        "http-api-requests": Decimal(invocations),
        "lambda-requests": Decimal(invocations),
        f"lambda-duration-{architecture}": invocations * _BILLED_S * mb / 1024,
        "table-reads": Decimal(reads),
        "table-writes": Decimal(writes),
    }
    try:
        found = prices.load(region or DEFAULT_REGION)
        return float(sum(found[item].cost(used) for item, used in quantities.items()))
    except CostError:
        return None
