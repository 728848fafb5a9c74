"""The metrics that the dashboard and the report of a stack show."""

import json

from infra.dashboard import MetricSources, dashboard_body
from lab.cloudwatch.definitions import StackResources, metric_definitions


def on_dashboard(outputs):
    """Return namespace, name and dimensions of each metric on the dashboard."""
    sources = MetricSources(
        region=outputs["Region"],
        functions=outputs["FunctionNames"],
        api=outputs["ApiId"],
        stage=outputs["ApiStage"],
        balancer=outputs["LoadBalancerDimension"],
        targets=outputs["TargetGroupDimension"],
        cluster=outputs["ClusterName"],
        service=outputs["ServiceName"],
        table=outputs["TableName"],
        index=outputs["TableIndex"],
        namespace=outputs["MetricsNamespace"],
        insights=False,
    )
    return {series for series, _ in rows(dashboard_body(sources))}


def rows(body):
    """Yield each metric of a dashboard and its statistic."""
    for widget in json.loads(body)["widgets"]:
        properties = widget["properties"]
        for first, *rest in properties["metrics"]:
            name, *parts = rest
            options = parts.pop() if isinstance(parts[-1], dict) else {}
            dimensions = frozenset(zip(parts[::2], parts[1::2], strict=True))
            yield (first, name, dimensions), options.get("stat", properties["stat"])


def in_report(outputs):
    """Return namespace, name and dimensions of each metric of `blogs metrics`."""
    return {
        (metric.namespace, metric.name, frozenset(series.items()))
        for metric in metric_definitions(StackResources.from_outputs(outputs))
        for series in metric.series
    }


def own_metrics(metrics):
    """Leave out what AWS emits, in its own namespaces."""
    return {one for one in metrics if not is_aws(one[0])}


def is_aws(namespace):
    return namespace.startswith(("AWS/", "ECS/"))
