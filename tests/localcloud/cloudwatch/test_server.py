"""The local CloudWatch, asked by the pinned boto3."""

import asyncio
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.metrics import Metrics
from localcloud.runtimes.cloudwatch import CloudWatch

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START.timestamp() + 90


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def metrics(clock):
    return Metrics(clock)


@pytest.fixture
async def server(metrics):
    measure = metrics.meter("AWS/Lambda", {"FunctionName": "f"})
    for value in (10.0, 20.0, 60.0):
        measure("Duration", value)
    made = CloudWatch(0, metrics)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def client(server):
    return boto3.client(
        "cloudwatch",
        endpoint_url=server.url,
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def query(number=0, stat="Sum", *, period=60, name="Duration", dimension="f"):
    return {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {
                "Namespace": "AWS/Lambda",
                "MetricName": name,
                "Dimensions": [{"Name": "FunctionName", "Value": dimension}],
            },
            "Period": period,
            "Stat": stat,
        },
    }


async def ask(client, *queries, **changes):
    window = {"StartTime": START, "EndTime": START.replace(hour=1), **changes}
    return await asyncio.to_thread(
        lambda: client.get_metric_data(MetricDataQueries=list(queries), **window)
    )


@pytest.mark.parametrize(
    ("stat", "value"),
    [
        ("SampleCount", 3),
        ("Sum", 90),
        ("Average", 30),
        ("Minimum", 10),
        ("Maximum", 60),
        ("p50", 20),
        ("p99.9", 60),
    ],
)
async def test_each_statistic_is_returned_with_its_minute(client, stat, value):
    answer = await ask(client, query(stat=stat))

    (result,) = answer["MetricDataResults"]
    assert result["Values"] == [pytest.approx(value, rel=0.011)]
    assert result["Timestamps"] == [START.replace(minute=1)]
    assert (result["Id"], result["Label"], result["StatusCode"]) == ("m0", "Duration", "Complete")


async def test_an_unknown_metric_has_no_datapoints(client):
    answer = await ask(client, query(0, name="IteratorAge"), query(1, dimension="other"))

    assert [result["Values"] for result in answer["MetricDataResults"]] == [[], []]


@pytest.mark.parametrize(
    "queries",
    [
        [query(stat="tm99")],
        [query(stat="p101")],
        [query(period=30)],
        [query(), query()],
        [query(number) for number in range(501)],
        [{"Id": "m0", "Expression": "SUM(METRICS())"}],
    ],
    ids=["trimmed mean", "p101", "seconds", "same id", "501", "expression"],
)
async def test_an_unsupported_request_is_an_error_that_says_why(client, queries):
    with pytest.raises(ClientError) as refused:
        await ask(client, *queries)

    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert refused.value.response["Error"]["Message"]


async def test_a_request_can_have_500_queries(client):
    answer = await ask(client, *(query(number) for number in range(500)))

    assert len(answer["MetricDataResults"]) == 500


async def test_the_latest_datapoint_is_first_by_default(client, clock, metrics):
    clock.now += 60
    metrics.meter("AWS/Lambda", {"FunctionName": "f"})("Duration", 1.0)

    latest_first = await ask(client, query())
    latest_last = await ask(client, query(), ScanBy="TimestampAscending")

    assert latest_first["MetricDataResults"][0]["Values"] == [1.0, 90.0]
    assert latest_last["MetricDataResults"][0]["Values"] == [90.0, 1.0]


async def test_other_operations_are_errors(client):
    with pytest.raises(ClientError, match="GetMetricData"):
        await asyncio.to_thread(client.list_metrics)
