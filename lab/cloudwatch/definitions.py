"""The metrics of a stack, with the same names and dimensions as on its CloudWatch dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from lab.cloudwatch.metrics import (
    Aggregation,
    Dimensions,
    Metric,
    MetricGroup,
    MetricsError,
)

_OPERATIONS: Final = ("Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem")
_NEXT_STEP: Final = (
    "Pass them with `blogs metrics --outputs FILE` (FILE: from `pulumi stack output --json`)."
)


@dataclass(frozen=True, kw_only=True)
class StackResources:
    """The resources that the metrics describe, by their names and dimensions in CloudWatch."""

    region: str
    functions: Sequence[str]
    api: Dimensions
    balancer: Dimensions
    targets: Dimensions
    service: Dimensions
    table: Dimensions

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> StackResources:
        """Read the stack outputs. Raise MetricsError if one is missing."""
        text = partial(_text, outputs)
        names = outputs.get("FunctionNames")
        if not isinstance(names, Mapping) or not all(
            isinstance(name, str) for name in names.values()
        ):
            raise _missing("FunctionNames")
        balancer = {"LoadBalancer": text("LoadBalancerDimension")}
        return cls(
            region=text("Region"),
            functions=sorted(names.values()),
            api={"ApiId": text("ApiId"), "Stage": text("ApiStage")},
            balancer=balancer,
            targets={**balancer, "TargetGroup": text("TargetGroupDimension")},
            service={"ClusterName": text("ClusterName"), "ServiceName": text("ServiceName")},
            table={"TableName": text("TableName")},
        )


def _text(outputs: Mapping[str, Any], name: str) -> str:
    value = outputs.get(name)
    if not isinstance(value, str) or not value:
        raise _missing(name)
    return value


def _missing(name: str) -> MetricsError:
    return MetricsError(f"The stack outputs do not include {name}. {_NEXT_STEP}")


def metric_definitions(resources: StackResources) -> list[Metric]:
    """Return every metric to fetch."""
    return [
        *_function_metrics([{"FunctionName": name} for name in resources.functions]),
        *_api_metrics(resources.api),
        *_load_balancer_metrics(resources),
        *_service_metrics(resources.service),
        *_table_metrics(resources.table),
    ]


SUCCESS_RATE: Final = Metric(
    key="lambda.success_rate",
    group=MetricGroup.FUNCTIONS,
    label="success rate",
    unit="%",
    namespace="AWS/Lambda",
    name="1 - Errors / Invocations",
    statistic="Sum",
    series=(),
    aggregation=Aggregation.MEAN,
)


def _function_metrics(series: Sequence[Dimensions]) -> list[Metric]:
    """Return the metrics that the Lambda console shows for a function, over all functions."""
    metric = partial(Metric, group=MetricGroup.FUNCTIONS, namespace="AWS/Lambda", series=series)
    count = partial(metric, unit="", statistic="Sum", aggregation=Aggregation.SUM)
    duration = partial(
        metric,
        name="Duration",
        unit="ms",
        aggregation=Aggregation.MEAN,
        weight="lambda.invocations",
    )
    return [
        count(key="lambda.invocations", label="invocations", name="Invocations"),
        duration(key="lambda.duration_avg", label="duration avg", statistic="Average"),
        duration(key="lambda.duration_p95", label="duration p95", statistic="p95"),
        count(key="lambda.errors", label="errors", name="Errors"),
        count(key="lambda.throttles", label="throttles", name="Throttles"),
        count(key="lambda.dead_letter", label="async: dead letter", name="DeadLetterErrors"),
        count(
            key="lambda.destination",
            label="async: destination",
            name="DestinationDeliveryFailures",
        ),
        metric(
            key="lambda.iterator_age",
            label="iterator age max",
            unit="ms",
            name="IteratorAge",
            statistic="Maximum",
            aggregation=Aggregation.MAXIMUM,
        ),
        metric(
            key="lambda.concurrency",
            label="concurrency max",
            unit="",
            name="ConcurrentExecutions",
            statistic="Maximum",
            aggregation=Aggregation.MAXIMUM,
        ),
    ]


def _api_metrics(dimensions: Dimensions) -> list[Metric]:
    metric = partial(
        Metric, group=MetricGroup.FUNCTIONS, namespace="AWS/ApiGateway", series=(dimensions,)
    )
    count = partial(metric, unit="", statistic="Sum", aggregation=Aggregation.SUM)
    latency = partial(metric, unit="ms", aggregation=Aggregation.MEAN, weight="api.requests")
    return [
        count(key="api.requests", label="API requests", name="Count"),
        count(key="api.4xx", label="API 4xx", name="4xx"),
        count(key="api.5xx", label="API 5xx", name="5xx"),
        latency(key="api.latency_p50", label="API latency p50", name="Latency", statistic="p50"),
        latency(key="api.latency_p95", label="API latency p95", name="Latency", statistic="p95"),
        latency(
            key="api.integration_p95",
            label="integration p95",
            name="IntegrationLatency",
            statistic="p95",
        ),
    ]


def _load_balancer_metrics(resources: StackResources) -> list[Metric]:
    metric = partial(Metric, group=MetricGroup.CONTAINERS, namespace="AWS/ApplicationELB")
    balancer = partial(
        metric, series=(resources.balancer,), unit="", statistic="Sum", aggregation=Aggregation.SUM
    )
    targets = partial(metric, series=(resources.targets,), unit="")
    responses = partial(targets, statistic="Sum", aggregation=Aggregation.SUM)
    time = partial(
        targets,
        name="TargetResponseTime",
        aggregation=Aggregation.MEAN,
        weight="alb.requests",
        scale=1000.0,  # from seconds
    )
    return [
        balancer(key="alb.requests", label="ALB requests", name="RequestCount"),
        responses(key="alb.target_2xx", label="tasks 2xx", name="HTTPCode_Target_2XX_Count"),
        responses(key="alb.target_4xx", label="tasks 4xx", name="HTTPCode_Target_4XX_Count"),
        responses(key="alb.target_5xx", label="tasks 5xx", name="HTTPCode_Target_5XX_Count"),
        balancer(key="alb.4xx", label="ALB 4xx", name="HTTPCode_ELB_4XX_Count"),
        balancer(key="alb.5xx", label="ALB 5xx", name="HTTPCode_ELB_5XX_Count"),
        *(
            time(key=f"alb.time_{statistic}", label=f"tasks' time {statistic}", unit="ms",
                 statistic=statistic)
            for statistic in ("p50", "p95")
        ),
        targets(
            key="alb.healthy",
            label="healthy tasks min",
            name="HealthyHostCount",
            statistic="Minimum",
            aggregation=Aggregation.MINIMUM,
        ),
    ]  # fmt: skip


def _service_metrics(dimensions: Dimensions) -> list[Metric]:
    return [
        Metric(
            key=f"ecs.{key}_{short}",
            group=MetricGroup.CONTAINERS,
            label=f"{label} {short}",
            unit="%",
            namespace="AWS/ECS",
            name=name,
            statistic=statistic,
            series=(dimensions,),
            aggregation=join,
        )
        for key, label, name in (
            ("cpu", "tasks' CPU", "CPUUtilization"),
            ("memory", "tasks' memory", "MemoryUtilization"),
        )
        for statistic, short, join in (
            ("Average", "avg", Aggregation.MEAN),
            ("Maximum", "max", Aggregation.MAXIMUM),
        )
    ]


def _table_metrics(dimensions: Dimensions) -> list[Metric]:
    metric = partial(Metric, group=MetricGroup.TABLE, namespace="AWS/DynamoDB")
    count = partial(
        metric, series=(dimensions,), unit="", statistic="Sum", aggregation=Aggregation.SUM
    )
    calls = [{**dimensions, "Operation": operation} for operation in _OPERATIONS]
    return [
        count(key="table.reads", label="read units", name="ConsumedReadCapacityUnits"),
        count(key="table.writes", label="write units", name="ConsumedWriteCapacityUnits"),
        count(key="table.read_throttles", label="read throttles", name="ReadThrottleEvents"),
        count(key="table.write_throttles", label="write throttles", name="WriteThrottleEvents"),
        metric(
            key="table.errors",
            label="system errors",
            unit="",
            name="SystemErrors",
            statistic="Sum",
            series=calls,
            aggregation=Aggregation.SUM,
        ),
        *(metric for call in calls for metric in _operation_metrics(call)),
    ]


def _operation_metrics(call: Dimensions) -> list[Metric]:
    operation = call["Operation"]
    metric = partial(
        Metric,
        group=MetricGroup.TABLE,
        namespace="AWS/DynamoDB",
        name="SuccessfulRequestLatency",
        series=(call,),
    )
    calls = f"table.{operation}.calls"
    return [
        metric(
            key=calls,
            label=f"{operation} calls",
            unit="",
            statistic="SampleCount",
            aggregation=Aggregation.SUM,
        ),
        metric(
            key=f"table.{operation}.avg",
            label=f"{operation} avg",
            unit="ms",
            statistic="Average",
            aggregation=Aggregation.MEAN,
            weight=calls,
        ),
    ]
