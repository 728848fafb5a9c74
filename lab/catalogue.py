"""Which metrics say how a stack does: the same names and dimensions as on its dashboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from lab.metrics import Dimensions, Join, Metric, MetricsError, Points, Reading, Side, success_rate
from lab.metrics import read as read_metrics

_OPERATIONS: Final = ("Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem")
_HOW_TO_NAME: Final = (
    "`blogs metrics --outputs FILE` takes what `pulumi stack output --json` prints"
)


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """What the metrics are about, by the names that AWS knows it by."""

    region: str
    functions: Sequence[str]
    api: Dimensions
    balancer: Dimensions
    targets: Dimensions
    service: Dimensions
    table: Dimensions

    @classmethod
    def of(cls, outputs: Mapping[str, Any]) -> Subjects:
        """Read a stack's outputs; raises MetricsError when one is missing."""
        text = partial(_text, outputs)
        names = outputs.get("FunctionNames")
        if not isinstance(names, Mapping) or not all(
            isinstance(one, str) for one in names.values()
        ):
            raise MetricsError(f"The stack's outputs name no FunctionNames: {_HOW_TO_NAME}.")
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
        raise MetricsError(f"The stack's outputs name no {name}: {_HOW_TO_NAME}.")
    return value


def catalogue(subjects: Subjects) -> list[Metric]:
    """Give every metric that is asked for."""
    return [
        *_of_functions([{"FunctionName": name} for name in subjects.functions]),
        *_of_api(subjects.api),
        *_of_balancer(subjects),
        *_of_service(subjects.service),
        *_of_table(subjects.table),
    ]


def read(metrics: Sequence[Metric], answers: Mapping[str, Points]) -> list[Reading]:
    """Give all readings, those that are computed from others among them."""
    readings = read_metrics(metrics, answers)
    by_key = {reading.metric.key: reading for reading in readings}
    errors, invocations = by_key["lambda.errors"], by_key["lambda.invocations"]
    rate = success_rate(_SUCCESS_RATE, errors, invocations)
    readings.insert(readings.index(errors) + 1, rate)
    return readings


_SUCCESS_RATE: Final = Metric(
    key="lambda.success_rate",
    side=Side.FUNCTIONS,
    label="success rate",
    unit="%",
    namespace="AWS/Lambda",
    name="1 - Errors / Invocations",
    statistic="Sum",
    series=(),
    join=Join.MEAN,
)


def _of_functions(series: Sequence[Dimensions]) -> list[Metric]:
    """Give the seven that Lambda's console shows of a function, over all functions."""
    metric = partial(Metric, side=Side.FUNCTIONS, namespace="AWS/Lambda", series=series)
    count = partial(metric, unit="", statistic="Sum", join=Join.SUM)
    duration = partial(
        metric, name="Duration", unit="ms", join=Join.MEAN, weight="lambda.invocations"
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
            join=Join.MOST,
        ),
        metric(
            key="lambda.concurrency",
            label="concurrency max",
            unit="",
            name="ConcurrentExecutions",
            statistic="Maximum",
            join=Join.MOST,
        ),
    ]


def _of_api(dimensions: Dimensions) -> list[Metric]:
    metric = partial(Metric, side=Side.FUNCTIONS, namespace="AWS/ApiGateway", series=(dimensions,))
    count = partial(metric, unit="", statistic="Sum", join=Join.SUM)
    latency = partial(metric, unit="ms", join=Join.MEAN, weight="api.requests")
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


def _of_balancer(subjects: Subjects) -> list[Metric]:
    metric = partial(Metric, side=Side.CONTAINERS, namespace="AWS/ApplicationELB")
    balancer = partial(metric, series=(subjects.balancer,), unit="", statistic="Sum", join=Join.SUM)
    targets = partial(metric, series=(subjects.targets,), unit="")
    answer = partial(targets, statistic="Sum", join=Join.SUM)
    time = partial(
        targets,
        name="TargetResponseTime",
        join=Join.MEAN,
        weight="alb.requests",
        scale=1000.0,  # from seconds
    )
    return [
        balancer(key="alb.requests", label="ALB requests", name="RequestCount"),
        answer(key="alb.target_2xx", label="tasks 2xx", name="HTTPCode_Target_2XX_Count"),
        answer(key="alb.target_4xx", label="tasks 4xx", name="HTTPCode_Target_4XX_Count"),
        answer(key="alb.target_5xx", label="tasks 5xx", name="HTTPCode_Target_5XX_Count"),
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
            join=Join.LEAST,
        ),
    ]  # fmt: skip


def _of_service(dimensions: Dimensions) -> list[Metric]:
    return [
        Metric(
            key=f"ecs.{key}_{short}",
            side=Side.CONTAINERS,
            label=f"{label} {short}",
            unit="%",
            namespace="AWS/ECS",
            name=name,
            statistic=statistic,
            series=(dimensions,),
            join=join,
        )
        for key, label, name in (
            ("cpu", "tasks' CPU", "CPUUtilization"),
            ("memory", "tasks' memory", "MemoryUtilization"),
        )
        for statistic, short, join in (
            ("Average", "avg", Join.MEAN),
            ("Maximum", "max", Join.MOST),
        )
    ]


def _of_table(dimensions: Dimensions) -> list[Metric]:
    metric = partial(Metric, side=Side.TABLE, namespace="AWS/DynamoDB")
    count = partial(metric, series=(dimensions,), unit="", statistic="Sum", join=Join.SUM)
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
            join=Join.SUM,
        ),
        *(metric for call in calls for metric in _of_operation(call)),
    ]


def _of_operation(call: Dimensions) -> list[Metric]:
    operation = call["Operation"]
    metric = partial(
        Metric,
        side=Side.TABLE,
        namespace="AWS/DynamoDB",
        name="SuccessfulRequestLatency",
        series=(call,),
    )
    calls = f"table.{operation}.calls"
    return [
        metric(
            key=calls, label=f"{operation} calls", unit="", statistic="SampleCount", join=Join.SUM
        ),
        metric(
            key=f"table.{operation}.avg",
            label=f"{operation} avg",
            unit="ms",
            statistic="Average",
            join=Join.MEAN,
            weight=calls,
        ),
    ]
