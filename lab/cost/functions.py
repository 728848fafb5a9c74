"""What the functions backend uses: Lambda, the HTTP API, logs and metrics."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from lab.cost.inputs import LEAST_STORAGE_MB, Inputs
from lab.cost.logs import kept
from lab.cost.units import GB, HOURS, MB_PER_GB, SECONDS, ceiling
from lab.cost.usage import Part, Usage

_UNIT_BYTES: Final = 512 * 1024
"""The HTTP API counts a request for each 512 KB."""


def usages(inputs: Inputs) -> Iterable[Usage]:
    """Yield what the functions use, with the items in the order of a request."""
    free = inputs.allowances
    yield Usage(
        key="http-api",
        label="HTTP API requests",
        item="http-api-requests",
        per_request=Decimal(max(1, ceiling(inputs.shared.response_bytes / _UNIT_BYTES))),
        free=free.get("http-api-requests", Decimal(0)),
    )
    yield Usage(
        key="requests",
        label="Lambda requests",
        item="lambda-requests",
        per_request=Decimal(1),
        free=free.get("lambda-requests", Decimal(0)),
    )
    yield from _durations(inputs)
    yield from _options(inputs)
    yield from _logs(inputs)
    yield from _metrics(inputs)


def _durations(inputs: Inputs) -> Iterable[Usage]:
    """Yield the GB-seconds: those of provisioned environments first, then those on demand."""
    functions, architecture = inputs.functions, inputs.architecture
    memory_gb = functions.memory_mb / MB_PER_GB
    run, init = functions.billed_ms, functions.cold_share * functions.init_ms
    used = (run + init) / 1000 * memory_gb
    parts = [
        Part(key="duration", label="Lambda duration", weight=run),
        Part(key="init", label="Lambda init", weight=init),
    ]
    ready = functions.provisioned * functions.functions * memory_gb * SECONDS
    if ready:
        yield Usage(
            key="provisioned",
            label="provisioned environments",
            item=f"lambda-provisioned-{architecture}",
            fixed=ready,
        )
        yield Usage(
            key="provisioned-duration",
            label="provisioned duration",
            item=f"lambda-provisioned-duration-{architecture}",
            per_request=used,
            most=ready,
        )
    yield Usage(
        key="duration",
        label="Lambda duration",
        item=f"lambda-duration-{architecture}",
        per_request=used,
        free=inputs.allowances.get("lambda-duration", Decimal(0)) + ready,
        parts=parts,
    )


def _options(inputs: Inputs) -> Iterable[Usage]:
    functions = inputs.functions
    memory_gb = functions.memory_mb / MB_PER_GB
    if functions.snap_start:
        yield Usage(
            key="snapshot-cached",
            label="SnapStart, cached",
            item="lambda-snapshot-cached",
            fixed=functions.functions * memory_gb * SECONDS,
        )
        yield Usage(
            key="snapshot-restored",
            label="SnapStart, restored",
            item="lambda-snapshot-restored",
            per_request=functions.cold_share * memory_gb,
        )
    if functions.storage_mb > LEAST_STORAGE_MB:
        seconds = (functions.billed_ms + functions.cold_share * functions.init_ms) / 1000
        yield Usage(
            key="storage",
            label="ephemeral storage",
            item=f"lambda-storage-{inputs.architecture}",
            per_request=seconds * (functions.storage_mb - LEAST_STORAGE_MB) / MB_PER_GB,
        )


def _logs(inputs: Inputs) -> Iterable[Usage]:
    bytes_gb = inputs.functions.log_bytes / GB
    yield Usage(
        key="logs",
        label="logs, received",
        item="logs-lambda",
        per_request=bytes_gb,
        free=inputs.allowances.get("logs", Decimal(0)),
    )
    yield kept(bytes_gb, inputs)


def _metrics(inputs: Inputs) -> Iterable[Usage]:
    """Yield the metrics, which are charged in hours with data."""
    functions = inputs.functions
    metrics = functions.custom_metrics + functions.route_metrics
    parts = [
        Part(key="metrics", label="custom metrics", weight=Decimal(functions.custom_metrics)),
        Part(
            key="route-metrics",
            label="metrics of the routes",
            weight=Decimal(functions.route_metrics),
        ),
    ]
    yield Usage(
        key="metrics",
        label="custom metrics",
        item="custom-metrics",
        fixed=metrics * inputs.traffic.busy_hours / HOURS,
        free=inputs.allowances.get("custom-metrics", Decimal(0)),
        parts=parts if functions.route_metrics else (),
    )
