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
_OPERATIONS: Final = ("Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem")
FUNCTIONS, CONTAINERS = "functions", "containers"  # values of the dimension of ColdStart

# Namespace, metric, alternating dimension names and values, options
Row = Sequence[Any]
Widget = tuple[str, Sequence[Row]]  # title and metrics


@dataclass(frozen=True, kw_only=True)
class MetricSources:
    """The resources whose metrics are shown.

    *functions* maps operations to function names; *namespace* has the backends' own metrics.
    With *insights*, the cluster has the metrics of Container Insights.
    """

    region: str
    functions: Mapping[str, str]
    api: str
    stage: str
    balancer: str
    targets: str
    cluster: str
    service: str
    table: str
    index: str
    namespace: str
    insights: bool


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
    pairs = zip(_function_widgets(sources), _container_widgets(sources), strict=True)
    return [*pairs, *_table_rows(sources)]


def _function_widgets(sources: MetricSources) -> list[Widget]:
    api, gateway = ("ApiId", sources.api, "Stage", sources.stage), "AWS/ApiGateway"
    return [
        ("Functions: invocations and requests", [
            *_lambda_metrics(sources, "Invocations"),
            (gateway, "Count", *api, {"label": "API requests"}),
        ]),
        ("Functions: duration", [
            row for stat in _LATENCIES for row in _lambda_metrics(sources, "Duration", stat)
        ]),
        ("Functions: latency of the HTTP API", [
            (gateway, name, *api, {"stat": stat, "label": f"{name} {stat}"})
            for name in ("Latency", "IntegrationLatency")
            for stat in _LATENCIES
        ]),
        ("Functions: errors and throttles", [
            *_lambda_metrics(sources, "Errors"),
            *_lambda_metrics(sources, "Throttles"),
            (gateway, "4xx", *api),
            (gateway, "5xx", *api),
        ]),
        ("Functions: concurrency", _lambda_metrics(sources, "ConcurrentExecutions", "Maximum")),
        ("Functions: cold starts", [(sources.namespace, "ColdStart", "service", FUNCTIONS)]),
    ]  # fmt: skip


def _container_widgets(sources: MetricSources) -> list[Widget]:
    """Return one widget for each of the functions, with the corresponding metrics."""
    balancer = ("LoadBalancer", sources.balancer)
    targets = ("TargetGroup", sources.targets, *balancer)
    service = ("ClusterName", sources.cluster, "ServiceName", sources.service)
    elb, ecs = "AWS/ApplicationELB", "AWS/ECS"
    return [
        ("Containers: requests", [(elb, "RequestCount", *balancer)]),
        ("Containers: response time of the tasks", [
            (elb, "TargetResponseTime", *targets, {"stat": stat}) for stat in _LATENCIES
        ]),
        ("Containers: connections of the load balancer", [
            (elb, "NewConnectionCount", *balancer),
            (elb, "ConsumedLCUs", *balancer),
        ]),
        ("Containers: errors", [
            (elb, "HTTPCode_Target_4XX_Count", *targets),
            (elb, "HTTPCode_Target_5XX_Count", *targets),
            (elb, "HTTPCode_ELB_5XX_Count", *balancer),
        ]),
        ("Containers: CPU and memory", [
            (ecs, name, *service, {"stat": stat, "label": f"{name} {stat}"})
            for name in ("CPUUtilization", "MemoryUtilization")
            for stat in ("Average", "Maximum")
        ]),
        ("Containers: cold starts, healthy and unhealthy hosts", [
            (sources.namespace, "ColdStart", "service", CONTAINERS),
            (elb, "HealthyHostCount", *targets, {"stat": "Maximum"}),
            (elb, "HealthyHostCount", *targets, {"stat": "Minimum"}),
            (elb, "UnHealthyHostCount", *targets, {"stat": "Maximum"}),
            *(
                ("ECS/ContainerInsights", name, *service, {"stat": "Maximum"})
                for name in ("DesiredTaskCount", "PendingTaskCount", "RunningTaskCount")
                if sources.insights
            ),
        ]),
    ]  # fmt: skip


def _table_rows(sources: MetricSources) -> list[tuple[Widget, Widget]]:
    """Return the widgets of the table and its index, for which DynamoDB has separate metrics."""
    namespace, table = "AWS/DynamoDB", ("TableName", sources.table)
    index = (*table, "GlobalSecondaryIndexName", sources.index)

    def both(*names: str) -> list[Row]:
        return [
            (namespace, name, *dimensions, {"label": f"{of}: {name}"})
            for of, dimensions in (("table", table), (f"index {sources.index}", index))
            for name in names
        ]

    def of_operations(metric: str, stat: str) -> list[Row]:
        return [
            (namespace, metric, *table, "Operation", operation, {"stat": stat, "label": operation})
            for operation in _OPERATIONS
        ]

    return [
        (
            (
                "Table and index: capacity",
                both("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"),
            ),
            (
                # An operation includes its calls to the index; lists are the only queries.
                "Table and index: latency",
                of_operations("SuccessfulRequestLatency", "Average"),
            ),
        ),
        (
            ("Table and index: throttles", both("ReadThrottleEvents", "WriteThrottleEvents")),
            ("Table and index: system errors", of_operations("SystemErrors", "Sum")),
        ),
    ]


def _lambda_metrics(sources: MetricSources, metric: str, stat: str = "Sum") -> list[Row]:
    return [
        ("AWS/Lambda", metric, "FunctionName", name, {"stat": stat, "label": f"{label} {stat}"})
        for label, name in sources.functions.items()
    ]
