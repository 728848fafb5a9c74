"""The logs that CloudWatch keeps."""

from __future__ import annotations

from decimal import Decimal

from lab.cost.inputs import Inputs
from lab.cost.units import DAYS
from lab.cost.usage import Usage


def kept(gb_per_request: Decimal, inputs: Inputs) -> Usage:
    """Return the logs of the last days, as they are at any time."""
    return Usage(
        key="logs-kept",
        label="logs, kept",
        item="logs-kept",
        per_request=gb_per_request * inputs.shared.log_days / DAYS,
    )
