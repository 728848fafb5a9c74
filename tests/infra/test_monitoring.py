"""The alarms fire when they should, and the dashboard shows existing metrics."""

import json

import pytest

from tests.infra.alarms import fires, metrics, series
from tests.infra.test_wiring import environment
from tests.lab.cloudwatch.published import PUBLISHED
from tests.lab.cloudwatch.shown import is_aws, rows

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BALANCER = frozenset({"arnSuffix:containers-lb-balancer"})
TARGETS = BALANCER | {"arnSuffix:containers-lb-targets"}
TABLE = frozenset({"name:blogs"})
FEED = TABLE | {"feed"}
API = frozenset({"functions-api-id", "Prod"})
GET, PUT = (frozenset({f"blog-test-{name}"}) for name in ("GetBlog", "PutBlog"))
QUIET = {}  # a minute without data


def minute(name, dimensions, *values):
    return {(name, dimensions): values}


# What happens in consecutive minutes, and whether the alarm fires after the last.
MEANINGS = {
    "function-errors": [
        ([QUIET], False),
        ([minute("Errors", GET, 0, 0, 0)], False),
        ([minute("Errors", GET, 0, 1)], True),
        ([minute("Errors", PUT, 1) | minute("Errors", GET, 0, 0, 0)], True),
        ([minute("Errors", PUT, 1), QUIET], False),
    ],
    "function-throttles": [
        ([QUIET], False),
        ([minute("Throttles", GET, 0)], False),
        ([minute("Throttles", PUT, 1)], True),
        ([minute("Errors", PUT, 1)], False),
    ],
    "api-5xx": [
        ([QUIET], False),
        ([minute("5xx", API, 0, 0, 0)], False),
        ([minute("5xx", API, 0, 0, 1)], True),
    ],
    "balancer-5xx": [([QUIET], False), ([minute("HTTPCode_ELB_5XX_Count", BALANCER, 1)], True)],
    "target-5xx": [([QUIET], False), ([minute("HTTPCode_Target_5XX_Count", TARGETS, 1)], True)],
    "unhealthy-hosts": [
        ([QUIET] * 3, False),
        ([minute("UnHealthyHostCount", TARGETS, 0)] * 3, False),
        ([minute("UnHealthyHostCount", TARGETS, 0, 1)] * 3, True),
        # A task that starts is unhealthy for a moment.
        ([QUIET, *[minute("UnHealthyHostCount", TARGETS, 1)] * 2], False),
    ],
    "no-healthy-hosts": [
        # Without registered hosts, the load balancer reports nothing.
        ([QUIET] * 3, True),
        ([minute("HealthyHostCount", TARGETS, 0)] * 3, True),
        ([minute("HealthyHostCount", TARGETS, 0), QUIET, QUIET], True),
        ([minute("HealthyHostCount", TARGETS, 1)] * 3, False),
        # A node of the load balancer in a zone without a task
        ([minute("HealthyHostCount", TARGETS, 0, 1)] * 3, False),
        ([minute("HealthyHostCount", TARGETS, 1), QUIET, QUIET], False),
    ],
    "table-throttles": [
        ([QUIET], False),
        ([minute("ReadThrottleEvents", TABLE, 1)], True),
        ([minute("WriteThrottleEvents", TABLE, 1)], True),
        ([minute("ReadThrottleEvents", FEED, 1)], True),
        ([minute("WriteThrottleEvents", FEED, 1)], True),
        ([minute("ReadThrottleEvents", TABLE, 0)], False),
    ],
    "api-latency": [
        ([QUIET] * 3, False),
        ([minute("Latency", API, *[20] * 10, 1001)] * 3, True),
        ([minute("Latency", API, *[20] * 95, *[5000] * 5)] * 3, False),
        ([minute("Latency", API, 1000)] * 3, False),
        ([QUIET, *[minute("Latency", API, 5000)] * 2], False),
        ([minute("IntegrationLatency", API, 5000)] * 3, False),
    ],
    "target-latency": [
        ([QUIET] * 3, False),
        ([minute("TargetResponseTime", TARGETS, *[0.02] * 10, 1.001)] * 3, True),
        ([minute("TargetResponseTime", TARGETS, *[0.02] * 95, *[5] * 5)] * 3, False),
        ([minute("TargetResponseTime", TARGETS, 1)] * 3, False),
        ([QUIET, *[minute("TargetResponseTime", TARGETS, 5)] * 2], False),
    ],
}


def alarms(program):
    return {name.removeprefix("monitoring-"): inputs for name, inputs in program.of(ALARM).items()}


@pytest.mark.parametrize("name", MEANINGS)
def test_alarm_fires_when_it_should_and_not_otherwise(deployed, name):
    alarm = alarms(deployed)[name]

    found = [(minutes, fires(alarm, minutes)) for minutes, _ in MEANINGS[name]]

    assert found == MEANINGS[name]


def test_every_alarm_has_a_stated_meaning(variant):
    assert alarms(variant).keys() == MEANINGS.keys()


def test_latency_alarms_use_the_limit_of_the_setting_and_0_removes_them(declare_deployed):
    half = alarms(declare_deployed(bytecode="none", alarmLatencyMs="500"))
    off = alarms(declare_deployed(bytecode="none", alarmLatencyMs="0"))

    assert fires(half["api-latency"], [minute("Latency", API, 501)] * 3)
    assert fires(half["target-latency"], [minute("TargetResponseTime", TARGETS, 0.501)] * 3)
    assert not fires(half["api-latency"], [minute("Latency", API, 500)] * 3)
    assert not fires(half["target-latency"], [minute("TargetResponseTime", TARGETS, 0.5)] * 3)
    assert off.keys() == MEANINGS.keys() - {"api-latency", "target-latency"}


def test_alarm_for_no_healthy_hosts_waits_for_the_first_deployment(variant):
    """A new alarm whose missing data is breaching fires at once."""
    alarm = variant.called("monitoring-no-healthy-hosts")

    assert variant.called("containers-service") in variant.needs(alarm)


def values(variant):
    """Return the names of declared resources, which dimensions may contain."""
    names = {one["name"] for one in variant.of("aws:lambda/function:Function").values()}
    return {
        "ApiId": {"functions-api-id"},
        "ClusterName": {"name:containers-cluster"},
        "FunctionName": names,
        "GlobalSecondaryIndexName": {
            index["name"] for index in variant.called("blogs").inputs["globalSecondaryIndexes"]
        },
        "LoadBalancer": {"arnSuffix:containers-lb-balancer"},
        "Operation": {"Query", "BatchGetItem", "GetItem", "PutItem", "DeleteItem"},
        "ServiceName": {"name:containers-service"},
        "Stage": {variant.called("functions-stage").inputs["name"]},
        "TableName": {"name:blogs"},
        "TargetGroup": {"arnSuffix:containers-lb-targets"},
        "service": {"functions", "containers"},
    }


def assert_exists(variant, namespace, name, dimensions, statistic):
    for key, value in dimensions.items():
        assert value in values(variant)[key], (namespace, key, value)
    if is_aws(namespace):
        published = PUBLISHED[namespace].get(name)
        assert published, f"AWS does not publish {namespace} {name}"
        assert frozenset(dimensions) in published.dimensions, (name, dimensions)
        assert published.has(statistic), (name, statistic)


def test_alarms_use_published_metrics_of_declared_resources(variant):
    for alarm in alarms(variant).values():
        for metric in metrics(alarm):
            named = metric["namespace"], metric["metricName"], metric["dimensions"]
            assert_exists(variant, *named, metric["stat"])


def body(variant):
    (dashboard,) = variant.of("aws:cloudwatch/dashboard:Dashboard").values()
    return dashboard["dashboardBody"]


def test_dashboard_shows_published_metrics_of_declared_resources(variant):
    for (namespace, name, dimensions), statistic in rows(body(variant)):
        assert_exists(variant, namespace, name, dict(dimensions), statistic)
    assert {(one["x"], one["width"]) for one in json.loads(body(variant))["widgets"]} == {
        (0, 12),
        (12, 12),
    }


def test_own_metrics_on_the_dashboard_are_in_the_namespace_of_the_backends(variant):
    namespaces = {
        one["environment"]["variables"]["POWERTOOLS_METRICS_NAMESPACE"]
        for one in variant.of("aws:lambda/function:Function").values()
    }
    namespaces.add(environment(variant)["METRICS_NAMESPACE"])
    own = {one for one, _ in rows(body(variant)) if not is_aws(one[0])}

    assert {namespace for namespace, _, _ in own} == namespaces
    assert [dict(dimensions) for _, _, dimensions in sorted(own, key=str)] == [
        {"service": "containers"},
        {"service": "functions"},
    ]
    assert namespaces == {variant.outputs["MetricsNamespace"]}


def test_dashboard_shows_what_the_alarms_watch(variant):
    shown = {(name, frozenset(dict(dimensions).values())) for (_, name, dimensions), _ in
             rows(body(variant))}  # fmt: skip
    watched = {series(metric) for alarm in alarms(variant).values() for metric in metrics(alarm)}

    assert watched <= shown


TASKS = "Containers: cold starts, healthy and unhealthy hosts"
INSIGHTS = {
    (name, "Maximum") for name in ("DesiredTaskCount", "PendingTaskCount", "RunningTaskCount")
}
# Titles of the widgets, what each must show, and how
SHOWN = {
    "Functions: invocations and requests": {("Invocations", "Sum"), ("Count", "Sum")},
    "Containers: requests": {("RequestCount", "Sum")},
    "Functions: duration": {("Duration", "p50"), ("Duration", "p95"), ("Duration", "p99")},
    "Containers: response time of the tasks": {
        ("TargetResponseTime", "p50"),
        ("TargetResponseTime", "p95"),
        ("TargetResponseTime", "p99"),
    },
    "Functions: latency of the HTTP API": {
        (name, stat) for name in ("Latency", "IntegrationLatency") for stat in ("p50", "p95", "p99")
    },
    "Containers: connections of the load balancer": {
        ("NewConnectionCount", "Sum"),
        ("ConsumedLCUs", "Sum"),
    },
    "Functions: errors and throttles": {
        ("Errors", "Sum"),
        ("Throttles", "Sum"),
        ("4xx", "Sum"),
        ("5xx", "Sum"),
    },
    "Containers: errors": {
        ("HTTPCode_Target_4XX_Count", "Sum"),
        ("HTTPCode_Target_5XX_Count", "Sum"),
        ("HTTPCode_ELB_5XX_Count", "Sum"),
    },
    "Functions: concurrency": {("ConcurrentExecutions", "Maximum")},
    "Containers: CPU and memory": {
        (name, stat)
        for name in ("CPUUtilization", "MemoryUtilization")
        for stat in ("Average", "Maximum")
    },
    "Functions: cold starts": {("ColdStart", "Sum")},
    TASKS: {
        ("ColdStart", "Sum"),
        ("HealthyHostCount", "Maximum"),
        ("HealthyHostCount", "Minimum"),
        ("UnHealthyHostCount", "Maximum"),
    },
    "Table and index: capacity": {
        ("ConsumedReadCapacityUnits", "Sum"),
        ("ConsumedWriteCapacityUnits", "Sum"),
    },
    "Table and index: latency": {("SuccessfulRequestLatency", "Average")},
    "Table and index: throttles": {("ReadThrottleEvents", "Sum"), ("WriteThrottleEvents", "Sum")},
    "Table and index: system errors": {("SystemErrors", "Sum")},
}


def test_each_widget_shows_what_its_title_says(variant):
    found = {}
    for widget in json.loads(body(variant))["widgets"]:
        alone = json.dumps({"widgets": [widget]})
        found[widget["properties"]["title"]] = {(one[1], stat) for one, stat in rows(alone)}

    (cluster,) = variant.of("aws:ecs/cluster:Cluster").values()
    if cluster["settings"] == [{"name": "containerInsights", "value": "enabled"}]:
        assert found[TASKS] >= INSIGHTS  # they are charged
        found[TASKS] -= INSIGHTS
    assert found == SHOWN


def test_every_graph_and_the_dashboard_s_address_are_in_the_region_of_the_stack(deployed):
    regions = {one["properties"]["region"] for one in json.loads(body(deployed))["widgets"]}

    assert regions == {deployed.outputs["Region"]}


TOPIC = "arn:aws:sns:eu-west-1:000000000000:topic/monitoring-alarms"


def test_alarms_notify_the_topic_of_the_email_address(variants):
    for name, actions in (("defaults", []), ("everything", [TOPIC])):
        for alarm in alarms(variants(name)).values():
            assert alarm["alarmActions"] == actions


def test_only_the_alarm_for_an_outage_reports_its_end(variants):
    """CloudWatch sends it also when an alarm gets its first data, so each costs one message."""
    found = {name: one["okActions"] for name, one in alarms(variants("everything")).items()}

    assert {name for name, actions in found.items() if actions} == {"no-healthy-hosts"}
    assert found["no-healthy-hosts"] == [TOPIC]


def test_metrics_of_single_routes_are_off_because_nothing_shows_them(deployed):
    """AWS charges for them as custom metrics: up to six for each route."""
    settings = deployed.called("functions-stage").inputs["defaultRouteSettings"]

    assert settings.get("detailedMetricsEnabled", False) is False
