"""The body of the dashboard: the same metrics of both backends, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_WIDTH: Final = 12  # half of CloudWatch's grid of 24
_HEIGHT: Final = 6
_PERIOD_S: Final = 60
_LATENCIES: Final = ("p50", "p95", "p99")

Row = Sequence[Any]  # namespace, metric, alternating dimension names and values, options
Widget = tuple[str, Sequence[Row]]  # title and metrics


@dataclass(frozen=True, kw_only=True)
class MetricSources:
    """The resources whose metrics are shown; *functions* maps operations to function names."""

    region: str
    functions: Mapping[str, str]
    api: str
    stage: str
    balancer: str
    targets: str
    cluster: str
    service: str
    table: str


def dashboard_body(sources: MetricSources) -> str:
    """Return the widgets as JSON: functions on the left, containers on the right."""
    widgets = []
    for row, pair in enumerate(_rows(sources)):
        for column, (title, metrics) in enumerate(pair):
            widgets.append(
                {
                    "type": "metric",
                    "x": column * _WIDTH,
                    "y": row * _HEIGHT,
                    "width": _WIDTH,
                    "height": _HEIGHT,
                    "properties": {
                        "title": title,
                        "region": sources.region,
                        "view": "timeSeries",
                        "period": _PERIOD_S,
                        "stat": "Sum",
                        "metrics": [list(metric) for metric in metrics],
                    },
                }
            )
    return json.dumps({"widgets": widgets}, sort_keys=True)


def _rows(sources: MetricSources) -> list[tuple[Widget, Widget]]:
    api = ("ApiId", sources.api, "Stage", sources.stage)
    balancer = ("LoadBalancer", sources.balancer)
    targets = ("TargetGroup", sources.targets, *balancer)
    service = ("ClusterName", sources.cluster, "ServiceName", sources.service)
    elb, ecs, gateway = "AWS/ApplicationELB", "AWS/ECS", "AWS/ApiGateway"
    return [
        (
            ("Functions: invocations and requests", [
                *_lambda_metrics(sources, "Invocations"),
                (gateway, "Count", *api, {"label": "API requests"}),
            ]),
            ("Containers: requests", [(elb, "RequestCount", *balancer)]),
        ),
        (
            ("Functions: duration", [
                row for stat in _LATENCIES for row in _lambda_metrics(sources, "Duration", stat)
            ]),
            ("Containers: response time of the tasks", [
                (elb, "TargetResponseTime", *targets, {"stat": stat}) for stat in _LATENCIES
            ]),
        ),
        (
            ("Functions: latency of the gateway", [
                (gateway, name, *api, {"stat": stat, "label": f"{name} {stat}"})
                for name in ("Latency", "IntegrationLatency")
                for stat in _LATENCIES
            ]),
            ("Containers: connections of the load balancer", [
                (elb, "NewConnectionCount", *balancer),
                (elb, "ConsumedLCUs", *balancer),
            ]),
        ),
        (
            ("Functions: errors and throttles", [
                *_lambda_metrics(sources, "Errors"),
                *_lambda_metrics(sources, "Throttles"),
                (gateway, "4xx", *api),
                (gateway, "5xx", *api),
            ]),
            ("Containers: errors", [
                (elb, "HTTPCode_Target_4XX_Count", *targets),
                (elb, "HTTPCode_Target_5XX_Count", *targets),
                (elb, "HTTPCode_ELB_5XX_Count", *balancer),
            ]),
        ),
        (
            ("Functions: concurrency", _lambda_metrics(sources, "ConcurrentExecutions", "Maximum")),
            ("Containers: healthy hosts, CPU and memory", [
                (elb, "HealthyHostCount", *targets, {"stat": "Minimum"}),
                (elb, "UnHealthyHostCount", *targets, {"stat": "Maximum"}),
                (ecs, "CPUUtilization", *service, {"stat": "Average", "yAxis": "right"}),
                (ecs, "MemoryUtilization", *service, {"stat": "Average", "yAxis": "right"}),
            ]),
        ),
        (
            ("Table: capacity", [
                ("AWS/DynamoDB", name, "TableName", sources.table)
                for name in ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")
            ]),
            ("Table: latency", [
                (
                    *("AWS/DynamoDB", "SuccessfulRequestLatency"),
                    *("TableName", sources.table, "Operation", operation),
                    {"stat": "Average"},
                )
                for operation in ("Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem")
            ]),
        ),
    ]  # fmt: skip


def _lambda_metrics(sources: MetricSources, metric: str, stat: str = "Sum") -> list[Row]:
    return [
        ("AWS/Lambda", metric, "FunctionName", name, {"stat": stat, "label": f"{label} {stat}"})
        for label, name in sources.functions.items()
    ]
