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

_DESTINATION: Final = "DestinationDeliveryFailures"
_CONCURRENCY: Final = "ConcurrentExecutions"
_OPERATIONS: Final = ("Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem")
_CAPACITY: Final = (  # key, label and name
    ("reads", "read units", "ConsumedReadCapacityUnits"),
    ("writes", "write units", "ConsumedWriteCapacityUnits"),
    ("read_throttles", "read throttles", "ReadThrottleEvents"),
    ("write_throttles", "write throttles", "WriteThrottleEvents"),
)
_NEXT_STEP: Final = (
    "If an earlier version deployed the stack, run `pulumi up`. Otherwise pass them with"
    " `blogs metrics --outputs FILE` (FILE: from `pulumi stack output --json`)."
)


@dataclass(frozen=True, kw_only=True)
class StackResources:
    """The resources that the metrics describe, by their names and dimensions in CloudWatch."""

    region: str
    functions: Sequence[str]
    namespace: str
    api: Dimensions
    balancer: Dimensions
    targets: Dimensions
    service: Dimensions
    table: Dimensions
    index: Dimensions

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
        table = {"TableName": text("TableName")}
        return cls(
            region=text("Region"),
            functions=sorted(names.values()),
            namespace=text("MetricsNamespace"),
            api={"ApiId": text("ApiId"), "Stage": text("ApiStage")},
            balancer=balancer,
            targets={**balancer, "TargetGroup": text("TargetGroupDimension")},
            service={"ClusterName": text("ClusterName"), "ServiceName": text("ServiceName")},
            table=table,
            index={**table, "GlobalSecondaryIndexName": text("TableIndex")},
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
        _cold_starts(resources, "lambda", MetricGroup.FUNCTIONS, "functions"),
        *_api_metrics(resources.api),
        *_load_balancer_metrics(resources),
        *_service_metrics(resources.service),
        _cold_starts(resources, "ecs", MetricGroup.CONTAINERS, "containers"),
        *_table_metrics(resources.table, resources.index),
    ]


_COUNT: Final = partial(Metric, unit="", statistic="Sum", aggregation=Aggregation.SUM)
_MAXIMUM: Final = partial(Metric, statistic="Maximum", aggregation=Aggregation.MAXIMUM)
_MEAN_MS: Final = partial(Metric, unit="ms", aggregation=Aggregation.MEAN)

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
    group, namespace = MetricGroup.FUNCTIONS, "AWS/Lambda"
    count = partial(_COUNT, group=group, namespace=namespace, series=series)
    maximum = partial(_MAXIMUM, group=group, namespace=namespace, series=series)
    mean = partial(_MEAN_MS, group=group, namespace=namespace, series=series)
    duration = partial(mean, name="Duration", weight="lambda.invocations")
    return [
        count(key="lambda.invocations", label="invocations", name="Invocations"),
        duration(key="lambda.duration_avg", label="duration avg", statistic="Average"),
        duration(key="lambda.duration_p95", label="duration p95", statistic="p95"),
        count(key="lambda.errors", label="errors", name="Errors"),
        count(key="lambda.throttles", label="throttles", name="Throttles"),
        count(key="lambda.dead_letter", label="async: dead letter", name="DeadLetterErrors"),
        count(key="lambda.destination", label="async: destination", name=_DESTINATION),
        maximum(key="lambda.iterator_age", label="iterator age max", unit="ms", name="IteratorAge"),
        maximum(key="lambda.concurrency", label="concurrency max", unit="", name=_CONCURRENCY),
    ]


def _cold_starts(resources: StackResources, key: str, group: MetricGroup, service: str) -> Metric:
    """Return the only metric that a backend emits itself: AWS does not count these."""
    return _COUNT(
        key=f"{key}.cold_starts",
        group=group,
        label="cold starts",
        namespace=resources.namespace,
        name="ColdStart",
        series=({"service": service},),
    )


def _api_metrics(dimensions: Dimensions) -> list[Metric]:
    group, namespace, series = MetricGroup.FUNCTIONS, "AWS/ApiGateway", (dimensions,)
    count = partial(_COUNT, group=group, namespace=namespace, series=series)
    mean = partial(_MEAN_MS, group=group, namespace=namespace, series=series, weight="api.requests")
    latency = partial(mean, name="Latency")
    integration = partial(mean, name="IntegrationLatency")
    return [
        count(key="api.requests", label="API requests", name="Count"),
        count(key="api.4xx", label="API 4xx", name="4xx"),
        count(key="api.5xx", label="API 5xx", name="5xx"),
        latency(key="api.latency_p50", label="API latency p50", statistic="p50"),
        latency(key="api.latency_p95", label="API latency p95", statistic="p95"),
        integration(key="api.integration_p95", label="integration p95", statistic="p95"),
    ]


def _load_balancer_metrics(resources: StackResources) -> list[Metric]:
    count = partial(_COUNT, group=MetricGroup.CONTAINERS, namespace="AWS/ApplicationELB")
    balancer = partial(count, series=(resources.balancer,))
    tasks = partial(count, series=(resources.targets,))
    return [
        balancer(key="alb.requests", label="ALB requests", name="RequestCount"),
        tasks(key="alb.target_2xx", label="tasks 2xx", name="HTTPCode_Target_2XX_Count"),
        tasks(key="alb.target_4xx", label="tasks 4xx", name="HTTPCode_Target_4XX_Count"),
        tasks(key="alb.target_5xx", label="tasks 5xx", name="HTTPCode_Target_5XX_Count"),
        balancer(key="alb.4xx", label="ALB 4xx", name="HTTPCode_ELB_4XX_Count"),
        balancer(key="alb.5xx", label="ALB 5xx", name="HTTPCode_ELB_5XX_Count"),
        *_target_metrics(resources.targets),
    ]


def _target_metrics(targets: Dimensions) -> list[Metric]:
    """Return the response times of the tasks, and the number of healthy tasks."""
    metric = partial(
        Metric,
        group=MetricGroup.CONTAINERS,
        namespace="AWS/ApplicationELB",
        series=(targets,),
    )
    time = partial(
        metric,
        unit="ms",
        name="TargetResponseTime",
        aggregation=Aggregation.MEAN,
        weight="alb.requests",
        scale=1000.0,  # from seconds
    )
    healthy = partial(metric, name="HealthyHostCount", aggregation=Aggregation.MINIMUM)
    return [
        time(key="alb.time_p50", label="response time p50", statistic="p50"),
        time(key="alb.time_p95", label="response time p95", statistic="p95"),
        healthy(key="alb.healthy", label="healthy tasks min", unit="", statistic="Minimum"),
    ]


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
            aggregation=aggregation,
        )
        for key, label, name in (
            ("cpu", "tasks' CPU", "CPUUtilization"),
            ("memory", "tasks' memory", "MemoryUtilization"),
        )
        for statistic, short, aggregation in (
            ("Average", "avg", Aggregation.MEAN),
            ("Maximum", "max", Aggregation.MAXIMUM),
        )
    ]


def _table_metrics(table: Dimensions, index: Dimensions) -> list[Metric]:
    count = partial(_COUNT, group=MetricGroup.TABLE, namespace="AWS/DynamoDB")
    calls = [{**table, "Operation": operation} for operation in _OPERATIONS]
    return [
        *(
            count(key=f"{part}.{key}", label=f"{prefix}{label}", name=name, series=(dimensions,))
            # Those of the table do not include the index.
            for part, prefix, dimensions in (("table", "", table), ("index", "index ", index))
            for key, label, name in _CAPACITY
        ),
        count(key="table.errors", label="system errors", name="SystemErrors", series=calls),
        *(metric for call in calls for metric in _operation_metrics(call)),
    ]


def _operation_metrics(call: Dimensions) -> list[Metric]:
    operation = call["Operation"]
    calls = f"table.{operation}.calls"
    metric = partial(
        Metric,
        group=MetricGroup.TABLE,
        namespace="AWS/DynamoDB",
        name="SuccessfulRequestLatency",
        series=(call,),
    )
    count = partial(metric, unit="", statistic="SampleCount", aggregation=Aggregation.SUM)
    mean = partial(metric, unit="ms", statistic="Average", aggregation=Aggregation.MEAN)
    return [
        count(key=calls, label=f"{operation} calls"),
        mean(key=f"table.{operation}.avg", label=f"{operation} avg", weight=calls),
    ]
