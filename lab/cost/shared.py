"""What both backends use: the table, data out, alarms and the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lab.cost.inputs import Inputs
from lab.cost.units import GB
from lab.cost.usage import Usage


def usages(inputs: Inputs) -> Iterable[Usage]:
    """Yield what the stack uses whichever backend serves."""
    shared, free = inputs.shared, inputs.allowances
    yield Usage(key="reads", label="table reads", item="table-reads", per_request=shared.read_units)
    yield Usage(
        key="writes", label="table writes", item="table-writes", per_request=shared.write_units
    )
    yield Usage(
        key="table-storage",
        label="table storage",
        item="table-storage",
        fixed=shared.table_gb,
        free=free.get("table-storage", Decimal(0)),
    )
    yield Usage(
        key="recovery",
        label="point-in-time recovery",
        item="table-recovery",
        fixed=shared.recovery_gb,
    )
    yield Usage(
        key="data-out",
        label="data out",
        item="data-out",
        per_request=shared.response_bytes / GB,
        free=free.get("data-out", Decimal(0)),
    )
    yield Usage(
        key="alarms",
        label="alarms, for each metric",
        item="alarm-metrics",
        fixed=Decimal(shared.alarm_metrics),
        free=free.get("alarm-metrics", Decimal(0)),
    )
    yield Usage(
        key="dashboard",
        label="dashboard",
        item="dashboards",
        fixed=Decimal(shared.dashboards),
    )
