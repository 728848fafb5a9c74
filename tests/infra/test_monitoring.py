"""The dashboard and the alarms use existing metrics of declared resources."""

import json

# Metrics of CloudWatch with their dimensions.
METRICS = {
    "AWS/Lambda": {("FunctionName",)},
    "AWS/ApiGateway": {("ApiId", "Stage")},
    "AWS/ApplicationELB": {("LoadBalancer",), ("LoadBalancer", "TargetGroup")},
    "AWS/DynamoDB": {("TableName",), ("Operation", "TableName")},
    "AWS/ECS": {("ClusterName", "ServiceName")},
}


def values(variant):
    """Return the names of declared resources, which dimensions may contain."""
    names = {one["name"] for one in variant.of("aws:lambda/function:Function").values()}
    return {
        "ApiId": {"functions-api-id"},
        "ClusterName": {"name:containers-cluster"},
        "FunctionName": names,
        "LoadBalancer": {"arnSuffix:containers-lb-balancer"},
        "Operation": {"Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem"},
        "ServiceName": {"name:containers-service"},
        "Stage": {variant.called("functions-stage").inputs["name"]},
        "TableName": {"name:blogs"},
        "TargetGroup": {"arnSuffix:containers-lb-targets"},
    }


def assert_exists(variant, namespace, dimensions):
    assert tuple(sorted(dimensions)) in METRICS[namespace], (namespace, dimensions)
    for key, value in dimensions.items():
        assert value in values(variant)[key], (namespace, key, value)


def test_alarms_use_metrics_of_declared_resources(variant):
    alarms = variant.of("aws:cloudwatch/metricAlarm:MetricAlarm")
    watched = set()
    for one in alarms.values():
        (total, *parts) = one["metricQueries"]
        assert total["returnData"] is True
        for part in parts:
            metric = part["metric"]
            assert_exists(variant, metric["namespace"], metric["dimensions"])
            watched.add(metric["metricName"])

    assert watched == {
        "5xx",
        "Errors",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_Target_5XX_Count",
        "ReadThrottleEvents",
        "Throttles",
        "UnHealthyHostCount",
        "WriteThrottleEvents",
    }


def test_dashboard_shows_metrics_of_declared_resources(variant):
    (dashboard,) = variant.of("aws:cloudwatch/dashboard:Dashboard").values()
    widgets = json.loads(dashboard["dashboardBody"])["widgets"]

    for widget in widgets:
        for namespace, _, *rest in widget["properties"]["metrics"]:
            pairs = [part for part in rest if isinstance(part, str)]
            assert_exists(variant, namespace, dict(zip(pairs[::2], pairs[1::2], strict=True)))
    assert {(widget["x"], widget["width"]) for widget in widgets} == {(0, 12), (12, 12)}


TOPIC = "arn:aws:sns:eu-west-1:000000000000:topic/monitoring-alarms"


def test_alarms_notify_the_topic_of_the_email_address(variants):
    for name, actions in (("defaults", []), ("everything", [TOPIC])):
        for one in variants(name).of("aws:cloudwatch/metricAlarm:MetricAlarm").values():
            assert (one["alarmActions"], one["okActions"]) == (actions, actions)
