"""What the containers backend uses: tasks, load balancer, addresses, image and logs."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from lab.cost.inputs import Inputs
from lab.cost.logs import kept
from lab.cost.tasks import task_hours
from lab.cost.traffic import Period
from lab.cost.units import GB, HOURS
from lab.cost.usage import Usage

# What one LCU includes in an hour. Rules are free up to 10, and this stack has fewer.
_CONNECTIONS: Final = Decimal(25) * 3600  # new ones
_ACTIVE: Final = Decimal(3000)  # each minute
_LCU_GB: Final = Decimal(1)


def usages(inputs: Inputs) -> Iterable[Usage]:
    """Yield what the containers use, with the items in the order of a request."""
    containers, free = inputs.containers, inputs.allowances
    yield Usage(
        key="balancer",
        label="load balancer hours",
        item="balancer-hours",
        fixed=HOURS,
        free=free.get("balancer-hours", Decimal(0)),
    )
    yield Usage(
        key="lcu",
        label="load balancer LCU-hours",
        item="balancer-lcu",
        per_request=lcu_hours_per_request(inputs),
    )
    yield Usage(
        key="balancer-ipv4",
        label="public IPv4, balancer",
        item="public-ipv4",
        fixed=containers.addresses * HOURS,
    )
    yield from _tasks(inputs)
    yield Usage(key="image", label="image storage", item="image-storage", fixed=containers.image_gb)
    yield from _nat(inputs)
    yield from _logs(inputs)


def lcu_hours_per_request(inputs: Inputs) -> Decimal:
    """Return the LCU-hours of one request: in each period, those of the largest dimension."""
    traffic = inputs.traffic
    shares = (traffic.share(period) * _lcu_hours(period, inputs) for period in traffic.periods)
    return sum(shares, Decimal(0))


def _lcu_hours(period: Period, inputs: Inputs) -> Decimal:
    """Return the LCU-hours of one request that arrives in *period*."""
    connections = period.connections_per_request
    open_s = max(Decimal(60), inputs.containers.connection_s)
    return max(
        connections / _CONNECTIONS,
        connections * open_s / 3600 / _ACTIVE,
        inputs.shared.response_bytes / GB / _LCU_GB,
    )


def _tasks(inputs: Inputs) -> Iterable[Usage]:
    containers, architecture = inputs.containers, inputs.architecture
    hours = task_hours(containers.scaling, inputs.traffic)
    spot = containers.spot_share * containers.spot_discount
    yield Usage(
        key="task-vcpu",
        label="tasks, vCPU",
        item=f"fargate-vcpu-{architecture}",
        fixed=hours * containers.vcpus,
        discount=spot,
    )
    yield Usage(
        key="task-memory",
        label="tasks, memory",
        item=f"fargate-memory-{architecture}",
        fixed=hours * containers.memory_gb,
        discount=spot,
    )
    yield Usage(key="task-ipv4", label="public IPv4, tasks", item="public-ipv4", fixed=hours)


def _nat(inputs: Inputs) -> Iterable[Usage]:
    containers = inputs.containers
    if containers.nat_gateways:
        yield Usage(
            key="nat",
            label="NAT gateway hours",
            item="nat-hours",
            fixed=containers.nat_gateways * HOURS,
        )
        yield Usage(
            key="nat-data", label="NAT gateway data", item="nat-data", fixed=containers.nat_gb
        )


def _logs(inputs: Inputs) -> Iterable[Usage]:
    containers = inputs.containers
    bytes_gb = containers.log_bytes / GB
    yield Usage(
        key="logs",
        label="logs, received",
        item="logs",
        per_request=bytes_gb,
        free=inputs.allowances.get("logs", Decimal(0)),
    )
    yield kept(bytes_gb, inputs)
    if containers.custom_metrics:
        yield Usage(
            key="metrics",
            label="custom metrics",
            item="custom-metrics",
            fixed=containers.custom_metrics * inputs.traffic.busy_hours / HOURS,
            free=inputs.allowances.get("custom-metrics", Decimal(0)),
        )
