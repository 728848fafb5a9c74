"""A dashboard with both backends side by side, and alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import pulumi
import pulumi_aws as aws

from blog.schema import FEED_INDEX
from infra.containers import Containers
from infra.dashboard import MetricSources, dashboard_body
from infra.functions import Functions
from infra.settings import Settings

_MINUTE_S: Final = 60


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """The resources to monitor."""

    settings: Settings
    table: aws.dynamodb.Table
    functions: Functions
    containers: Containers


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A CloudWatch metric."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm: the sum of *metrics* breaches the threshold in each of the last *minutes*.

    CloudWatch runs the OK actions of a new alarm too, so only *reports_end* has them.
    """

    what: str
    metrics: Sequence[Metric]
    statistic: str = "Sum"
    comparison: str = "GreaterThanThreshold"
    threshold: float = 0
    minutes: int = 1
    missing_data: str = "notBreaching"
    reports_end: bool = False

    def queries(self) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgsDict]:
        """Return the sum, which the alarm compares, and the metrics in it."""
        total: aws.cloudwatch.MetricAlarmMetricQueryArgsDict = {
            "id": "total",
            "expression": "SUM(METRICS())",
            "label": self.what,
            "return_data": True,
        }
        return [total, *(self._query(*numbered) for numbered in enumerate(self.metrics))]

    def _query(self, number: int, metric: Metric) -> aws.cloudwatch.MetricAlarmMetricQueryArgsDict:
        return {
            "id": f"m{number}",
            "metric": {
                "namespace": metric.namespace,
                "metric_name": metric.name,
                "dimensions": metric.dimensions,
                "period": _MINUTE_S,
                "stat": self.statistic,
            },
        }


class Monitoring(pulumi.ComponentResource):
    """The dashboard, the alarms, and the topic that sends email."""

    region: pulumi.Output[str]
    dashboard_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Monitoring", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        self.region = aws.get_region_output(opts=pulumi.InvokeOptions(parent=self)).region
        self._actions = self._topic()
        self._function_alarms()
        self._container_alarms()
        self._table_alarms()
        dashboard = self._dashboard()
        self.dashboard_url = pulumi.Output.format(
            "https://{0}/cloudwatch/home?region={1}#dashboards/dashboard/{2}",
            self.region.apply(_console),
            self.region,
            dashboard.dashboard_name,
        )
        self.register_outputs({"dashboard_url": self.dashboard_url})

    def _dashboard(self) -> aws.cloudwatch.Dashboard:
        functions, containers = self._args.functions, self._args.containers
        sources = pulumi.Output.all(
            region=self.region,
            functions=functions.names,
            api=functions.api_id,
            stage=self._args.settings.functions.stage_name,
            balancer=containers.balancer_dimension,
            targets=containers.targets_dimension,
            cluster=containers.cluster_name,
            service=containers.service_name,
            table=self._args.table.name,
            index=FEED_INDEX,
            namespace=self._args.settings.prefix,
            insights=self._args.settings.containers.container_insights,
        )
        return aws.cloudwatch.Dashboard(
            f"{self._name}-dashboard",
            dashboard_name=self._args.settings.prefix,
            dashboard_body=sources.apply(lambda known: dashboard_body(MetricSources(**known))),
            opts=self._child,
        )

    def _topic(self) -> list[pulumi.Output[str]]:
        if not self._args.settings.alarm_email:
            return []
        topic = aws.sns.Topic(f"{self._name}-alarms", opts=self._child)
        aws.sns.TopicSubscription(
            f"{self._name}-mail",
            topic=topic.arn,
            protocol="email",
            endpoint=pulumi.Output.secret(self._args.settings.alarm_email),
            opts=self._child,
        )
        return [topic.arn]

    def _function_alarms(self) -> None:
        functions = self._args.functions
        for problem in ("Errors", "Throttles"):
            metrics = [
                Metric(namespace="AWS/Lambda", name=problem, dimensions={"FunctionName": name})
                for name in functions.names.values()
            ]
            self._alarm(Alarm(what=f"function-{problem.lower()}", metrics=metrics))
        stage = self._args.settings.functions.stage_name
        api = partial(
            Metric,
            namespace="AWS/ApiGateway",
            dimensions={"ApiId": functions.api_id, "Stage": stage},
        )
        self._alarm(Alarm(what="api-5xx", metrics=[api(name="5xx")]))
        self._latency_alarm("api-latency", api(name="Latency"), per_second=1000)

    def _container_alarms(self) -> None:
        containers = self._args.containers
        metric = partial(Metric, namespace="AWS/ApplicationELB")
        balancer: dict[str, pulumi.Input[str]] = {"LoadBalancer": containers.balancer_dimension}
        target = partial(
            metric, dimensions={**balancer, "TargetGroup": containers.targets_dimension}
        )
        of_balancer = metric(name="HTTPCode_ELB_5XX_Count", dimensions=balancer)
        self._alarm(Alarm(what="balancer-5xx", metrics=[of_balancer]))
        of_target = target(name="HTTPCode_Target_5XX_Count")
        self._alarm(Alarm(what="target-5xx", metrics=[of_target]))
        unhealthy = target(name="UnHealthyHostCount")
        self._alarm(
            Alarm(what="unhealthy-hosts", metrics=[unhealthy], statistic="Maximum", minutes=3)
        )
        healthy = target(name="HealthyHostCount")
        self._alarm(
            Alarm(
                what="no-healthy-hosts",
                metrics=[healthy],
                # The highest count that a node of the load balancer reports: a node may know no
                # host of another zone.
                statistic="Maximum",
                comparison="LessThanThreshold",
                threshold=1,
                minutes=3,
                # Without registered hosts there are no datapoints.
                missing_data="breaching",
                reports_end=True,
            ),
            depends_on=[containers],  # or it would fire before the first task is healthy
        )
        self._latency_alarm("target-latency", target(name="TargetResponseTime"), per_second=1)

    def _table_alarms(self) -> None:
        table: dict[str, pulumi.Input[str]] = {"TableName": self._args.table.name}
        # Without the second dimension, DynamoDB leaves out the index.
        feed = {**table, "GlobalSecondaryIndexName": FEED_INDEX}
        metrics = [
            Metric(namespace="AWS/DynamoDB", name=name, dimensions=dimensions)
            for dimensions in (table, feed)
            for name in ("ReadThrottleEvents", "WriteThrottleEvents")
        ]
        self._alarm(Alarm(what="table-throttles", metrics=metrics))

    def _latency_alarm(self, what: str, metric: Metric, *, per_second: int) -> None:
        """Declare an alarm on the p95 of *metric*, which has *per_second* units in a second."""
        limit_ms = self._args.settings.alarm_latency_ms
        if limit_ms:
            self._alarm(
                Alarm(
                    what=what,
                    metrics=[metric],
                    statistic="p95",
                    threshold=limit_ms * per_second / 1000,
                    minutes=3,
                )
            )

    def _alarm(self, alarm: Alarm, *, depends_on: Sequence[pulumi.Resource] = ()) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{self._name}-{alarm.what}",
            alarm_description=f"{self._args.settings.prefix}: {alarm.what.replace('-', ' ')}",
            comparison_operator=alarm.comparison,
            threshold=alarm.threshold,
            evaluation_periods=alarm.minutes,
            datapoints_to_alarm=alarm.minutes,
            treat_missing_data=alarm.missing_data,
            metric_queries=alarm.queries(),
            alarm_actions=self._actions,
            ok_actions=self._actions if alarm.reports_end else [],
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on),
        )


def _console(region: str) -> str:
    """Return the host of the AWS console for *region*, in the domain of its partition."""
    if region.startswith("cn-"):
        return "console.amazonaws.cn"
    if region.startswith("us-gov-"):
        return "console.amazonaws-us-gov.com"
    return f"{region}.console.aws.amazon.com"
