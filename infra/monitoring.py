"""A dashboard with both backends side by side, and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

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
    dimensions: dict[str, pulumi.Input[str]]


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
            "https://{0}.console.aws.amazon.com/cloudwatch/home?region={0}#dashboards/dashboard/{1}",
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
            self._alarm(f"function-{problem.lower()}", metrics)
        stage = self._args.settings.functions.stage_name
        dimensions: dict[str, pulumi.Input[str]] = {"ApiId": functions.api_id, "Stage": stage}
        self._alarm(
            "api-5xx", [Metric(namespace="AWS/ApiGateway", name="5xx", dimensions=dimensions)]
        )

    def _container_alarms(self) -> None:
        containers, namespace = self._args.containers, "AWS/ApplicationELB"
        balancer: dict[str, pulumi.Input[str]] = {"LoadBalancer": containers.balancer_dimension}
        targets = {**balancer, "TargetGroup": containers.targets_dimension}
        of_balancer = "HTTPCode_ELB_5XX_Count"
        of_target = "HTTPCode_Target_5XX_Count"
        self._alarm(
            "balancer-5xx", [Metric(namespace=namespace, name=of_balancer, dimensions=balancer)]
        )
        self._alarm("target-5xx", [Metric(namespace=namespace, name=of_target, dimensions=targets)])
        unhealthy = Metric(namespace=namespace, name="UnHealthyHostCount", dimensions=targets)
        self._alarm("unhealthy-hosts", [unhealthy], statistic="Maximum", minutes=3)

    def _table_alarms(self) -> None:
        metrics = [
            Metric(
                namespace="AWS/DynamoDB", name=name, dimensions={"TableName": self._args.table.name}
            )
            for name in ("ReadThrottleEvents", "WriteThrottleEvents")
        ]
        self._alarm("table-throttles", metrics)

    def _alarm(
        self, what: str, metrics: Sequence[Metric], *, statistic: str = "Sum", minutes: int = 1
    ) -> None:
        """Declare an alarm: the sum of *metrics* is above zero for *minutes* minutes."""
        total: aws.cloudwatch.MetricAlarmMetricQueryArgsDict = {
            "id": "total",
            "expression": "SUM(METRICS())",
            "label": what,
            "return_data": True,
        }
        aws.cloudwatch.MetricAlarm(
            f"{self._name}-{what}",
            alarm_description=f"{self._args.settings.prefix}: {what.replace('-', ' ')}",
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            evaluation_periods=minutes,
            datapoints_to_alarm=minutes,
            treat_missing_data="notBreaching",
            metric_queries=[
                total,
                *(_query(number, metric, statistic) for number, metric in enumerate(metrics)),
            ],
            alarm_actions=self._actions,
            ok_actions=self._actions,
            opts=self._child,
        )


def _query(
    number: int, metric: Metric, statistic: str
) -> aws.cloudwatch.MetricAlarmMetricQueryArgsDict:
    return {
        "id": f"m{number}",
        "metric": {
            "namespace": metric.namespace,
            "metric_name": metric.name,
            "dimensions": metric.dimensions,
            "period": _MINUTE_S,
            "stat": statistic,
        },
    }
