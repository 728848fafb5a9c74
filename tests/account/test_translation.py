"""What the handlers reject, so that no declared input stays untested."""

import asyncio

import pytest

from localcloud.engine.provider import ProviderError
from tests.account.provider import MotoProvider

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
QUEUE = "aws:sqs/queue:Queue"
ROLE = "aws:iam/role:Role"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
METRIC = {
    "namespace": "AWS/ApiGateway",
    "metricName": "5xx",
    "dimensions": {"ApiId": "a"},
    "period": 60,
    "stat": "Sum",
}
ALARMING = {
    "alarmDescription": "wrong",
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "metricQueries": [{"id": "m0", "metric": METRIC, "returnData": True}],
    "threshold": 0,
}
GROUP = "aws:lb/targetGroup:TargetGroup"
GROUPED = {
    "deregistrationDelay": 20,
    "healthCheck": {
        "healthyThreshold": 2,
        "interval": 10,
        "matcher": "200",
        "path": "/",
        "timeout": 5,
        "unhealthyThreshold": 3,
    },
    "port": 8080,
    "protocol": "HTTP",
    "targetType": "ip",
    "vpcId": "vpc-1",
}


@pytest.fixture
def refused(endpoint):
    """Tries to create a resource; returns the error text."""

    def reason(type_, inputs, name="wrong"):
        provider = MotoProvider(endpoint)
        provider.account.tags = {"stack": "wrong"}
        with pytest.raises(ProviderError) as caught:
            asyncio.run(provider.create("urn", type_, name, inputs))
        return str(caught.value)

    return reason


def test_input_that_is_not_used_is_an_error(refused):
    inputs = {**ALARMING, "evaluateLowSampleCountPercentiles": "ignore"}

    assert refused(ALARM, inputs) == "the handler ignores evaluateLowSampleCountPercentiles"


def test_nested_input_that_is_not_used_is_an_error(refused):
    (query,) = ALARMING["metricQueries"]
    inputs = {**ALARMING, "metricQueries": [{**query, "metric": {**METRIC, "unit": "Count"}}]}

    assert refused(ALARM, inputs) == "the handler ignores metricQueries.0.metric.unit"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"protocol": "HTP"}, "CreateTargetGroup.Protocol is 'HTP': one of HTTP, "),
        ({"port": 99999}, "CreateTargetGroup.Port has size 99999: from 1 to 65535"),
        ({"port": "http"}, "Parameter validation failed:\nInvalid type for parameter Port"),
        (
            {"healthCheck": {**GROUPED["healthCheck"], "path": ""}},
            "CreateTargetGroup.HealthCheckPath has size 0: from 1 to 1024",
        ),
    ],
)
def test_value_that_the_aws_model_forbids_is_named_by_its_path(refused, changes, reason):
    assert refused(GROUP, {**GROUPED, **changes}).startswith(reason)


def test_pattern_must_match_the_whole_value(refused):
    inputs = {"name": "with a space", "retentionInDays": 7}
    message = refused("aws:cloudwatch/logGroup:LogGroup", inputs)

    assert message.startswith("CreateLogGroup.logGroupName is 'with a space': it must match ")


@pytest.mark.parametrize(("type_", "limit"), [(BALANCER, 32), (GROUP, 32), (ROLE, 64)])
def test_name_without_room_for_a_suffix_is_an_error(refused, type_, limit):
    name = "n" * (limit - 7)

    message = refused(type_, {}, name)

    assert message == f"name '{name}-' plus 7 random chars is longer than maximum length {limit}"


def test_excluded_zones_are_left_out_by_id(endpoint):
    token = "aws:index/getAvailabilityZones:getAvailabilityZones"
    filters = [{"name": "opt-in-status", "values": ["opt-in-not-required"]}]
    asked = {"state": "available", "filters": filters, "excludeZoneIds": ["euw1-az1", "use1-az3"]}

    answer = asyncio.run(MotoProvider(endpoint).invoke(token, asked))

    assert sorted(answer["zoneIds"]) == ["euw1-az2", "euw1-az3"]
    assert len(answer["names"]) == 2


def test_type_without_a_translation_is_an_error(refused):
    assert refused(QUEUE, {}) == f"{QUEUE} has no handler in tests/account/handlers"
