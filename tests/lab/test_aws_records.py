"""What AWS recorded of a run: REPORT lines and launches of tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from botocore.stub import Stubber
from moto import mock_aws

from lab import aws_records
from lab.aws_records import Window, read
from lab.function_reports import figures, parse, run_blocks
from lab.results import TaskLaunch

REGION, ACCOUNT = "eu-west-1", "123456789012"
OUTPUTS = {
    "AccountId": ACCOUNT,
    "FunctionNames": {"GetBlog": "functions-get", "ListBlogs": "functions-list"},
    "ClusterName": "blog",
    "ServiceName": "containers",
}
BEGIN = datetime(2026, 11, 29, 12, tzinfo=UTC)
WINDOW = Window(start=BEGIN.timestamp(), end=BEGIN.timestamp() + 60)
ARN = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/blog/0123abcd"
LINES, LAUNCHES = "the REPORT lines of the functions", "the launch times of the tasks"
WARM = (
    "REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3\tDuration: 12.34 ms\t"
    "Billed Duration: 13 ms\tMemory Size: 442 MB\tMax Memory Used: 98 MB\t\n"
)
COLD = (
    "REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be4\tDuration: 20.50 ms\t"
    "Billed Duration: 433 ms\tMemory Size: 442 MB\tMax Memory Used: 101 MB\t"
    "Init Duration: 412.25 ms\t\nXRAY TraceId: 1-5e34\tSegmentId: 07f9\tSampled: true\t\n"
)
RESTORED = (
    "REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be5\tDuration: 20.50 ms\t"
    "Billed Duration: 153 ms\tMemory Size: 442 MB\tMax Memory Used: 101 MB\t"
    "Restore Duration: 627.71 ms\tBilled Restore Duration: 132 ms\t\n"
)


def denied(operation):
    return ClientError({"Error": {"Code": "AccessDeniedException"}}, operation)


class Services:
    """The clients of a test. An exception stands for a request that fails."""

    def __init__(self, *, logs=None, tasks=(), events=(), account=ACCOUNT):
        self.logs, self.account = logs, account
        self.ecs = ecs(tasks, events)

    def __call__(self, service, region):
        assert region == REGION
        return {"logs": self.logs, "ecs": self.ecs, "sts": self}[service]

    def get_caller_identity(self):
        if isinstance(self.account, Exception):
            raise self.account
        return {"Account": self.account}


class Logs:
    """Answers FilterLogEvents with these pages for each function, or with an error."""

    def __init__(self, pages=(), error=None):
        self.pages, self.error, self.asked = pages, error, []

    def get_paginator(self, name):
        assert name == "filter_log_events"
        return self

    def paginate(self, **asked):
        self.asked.append(asked["logGroupName"])
        if self.error:
            raise self.error
        return iter(self.pages)


def ecs(tasks, events):
    """Return a client of ECS with these tasks, or whose first request is denied."""
    client = boto3.client("ecs", REGION, aws_access_key_id="a", aws_secret_access_key="b")
    stub = Stubber(client)
    if tasks is None:
        stub.add_client_error("list_tasks", "AccessDeniedException")
    else:
        service = {"cluster": "blog", "serviceName": "containers"}
        stub.add_response("list_tasks", {"taskArns": [t["taskArn"] for t in tasks]}, service)
        stub.add_response("describe_tasks", {"tasks": list(tasks)})
        stub.add_response("describe_services", {"services": [{"events": list(events)}]})
    stub.activate()
    return client


def launched(**times):
    return {"taskArn": ARN, **{name: BEGIN + timedelta(seconds=s) for name, s in times.items()}}


def event(second, message):
    return {"createdAt": BEGIN + timedelta(seconds=second), "message": message}


def page(*messages, **more):
    return {"events": [{"timestamp": 1, "message": one} for one in messages], **more}


def read_with(services, windows=(WINDOW,)):
    return read(REGION, OUTPUTS, windows, services, pause=lambda _: None)


@pytest.mark.parametrize(
    ("message", "billed", "run", "init", "billed_init"),
    [
        (WARM, 13, 13, None, None),
        (COLD, 433, 21, 412.25, 412.25),
        (COLD.replace("433 ms", "21 ms"), 21, 21, 412.25, 412.25),
        (RESTORED, 153, 21, 627.71, 132),
    ],
    ids=["warm", "cold", "cold before init was billed", "restored from a snapshot"],
)
def test_a_report_line_has_its_billed_duration_with_and_without_init(
    message, billed, run, init, billed_init
):
    line = parse(1, message)

    assert (line.billed_ms, line.run_ms) == (billed, run)
    assert (line.init_ms, line.billed_init_ms) == (init, billed_init)


@pytest.mark.parametrize(
    "message",
    [
        "START RequestId: 3604209a Version: $LATEST\n",
        '{"message": "REPORT RequestId: 3604209a"}',
        "REPORT RequestId: 3604209a\tDuration: 12.34 ms\n",
        WARM.replace("13 ms", "many ms"),
    ],
)
def test_other_lines_are_left_out(message):
    assert parse(1, message) is None


def test_the_figures_of_a_function_are_those_of_its_lines():
    found = figures("GetBlog", [parse(1, one) for one in (*[WARM] * 8, COLD, COLD)])

    assert (found.billed.count, found.billed.max) == (10, 433)
    assert found.billed.quantiles["p50"].value == 13
    assert found.billed_ms == pytest.approx((8 * 13 + 2 * 433) / 10)
    assert found.run_ms == pytest.approx((8 * 13 + 2 * 21) / 10)
    assert (found.init.count, found.init_ms, found.max_memory_mb) == (2, 412.25, 101)


def test_the_parts_of_a_run_follow_the_time_of_the_lines():
    lines = [parse(at, WARM.replace("13 ms", f"{at // 10 + 1} ms")) for at in range(100)]

    assert run_blocks(lines[::-1]) == list(range(1, 11))
    assert run_blocks(lines[:99]) == []


@mock_aws
def test_the_lines_of_a_run_are_those_of_its_time_in_the_log_group_of_each_function():
    start = datetime.now(UTC).timestamp() - 600  # CloudWatch refuses lines of other days
    logs = boto3.client("logs", REGION, aws_access_key_id="a", aws_secret_access_key="b")
    written = {"functions-get": [(-1, WARM), (1, COLD), (2, WARM), (3, "hello"), (61, WARM)]}
    for name in OUTPUTS["FunctionNames"].values():
        group = {"logGroupName": f"/aws/lambda/{name}", "logStreamName": "one"}
        logs.create_log_group(logGroupName=group["logGroupName"])
        logs.create_log_stream(**group)
        events = [
            {"timestamp": round((start + second) * 1000), "message": message}
            for second, message in written.get(name, [(5, WARM)])
        ]
        logs.put_log_events(**group, logEvents=events)

    [records] = read_with(Services(logs=logs), [Window(start=start, end=start + 60)]).records

    counts = {one.operation: (one.billed.count, one.init.count) for one in records.functions}
    assert counts == {"GetBlog": (2, 1), "ListBlogs": (1, 0)}


def test_each_task_has_the_times_of_its_launch():
    times = {"createdAt": 0, "pullStartedAt": 15, "pullStoppedAt": 22.5, "startedAt": 24}
    events = [
        event(60, "(service x) has reached a steady state."),
        event(40, "(service x) registered 1 targets in (target-group y)"),
        event(30, "(service x) registered 1 targets in (target-group y)"),
        event(5, "(service x) registered 1 targets in (target-group y)"),
    ]
    services = Services(logs=Logs(), tasks=[launched(**times)], events=events)

    [records] = read_with(services).records

    assert records.tasks == [
        TaskLaunch(
            task="0123abcd",
            created="2026-11-29T12:00:00.000+00:00",
            pull_started="2026-11-29T12:00:15.000+00:00",
            pull_stopped="2026-11-29T12:00:22.500+00:00",
            started="2026-11-29T12:00:24.000+00:00",
            registered="2026-11-29T12:00:30.000+00:00",
        )
    ]


def test_times_that_ecs_does_not_say_are_unknown():
    services = Services(logs=Logs(), tasks=[launched(createdAt=0)])

    [records] = read_with(services).records

    [launch] = records.tasks
    assert launch.created is not None
    assert (launch.pull_started, launch.started, launch.registered) == (None, None, None)


@pytest.mark.parametrize(
    ("services", "missing", "reason"),
    [
        (
            {"account": NoCredentialsError()},
            f"{LINES} and {LAUNCHES}",
            "there are no AWS credentials",
        ),
        (
            {"account": "999999999999"},
            f"{LINES} and {LAUNCHES}",
            "the AWS credentials are for another account",
        ),
        (
            {"logs": Logs(error=denied("FilterLogEvents"))},
            LINES,
            "the credentials need the permission logs:FilterLogEvents",
        ),
        (
            {"logs": Logs(), "tasks": None},
            LAUNCHES,
            "the credentials need the permission ecs:ListTasks",
        ),
    ],
)
def test_one_note_says_what_is_missing(services, missing, reason):
    found = read_with(Services(**services))

    assert list(found.notes) == [f"AWS: {missing} were not read, because {reason}."]
    assert list(found.records) == [None]


def test_what_can_be_read_is_kept_when_the_rest_is_denied():
    lines = read_with(Services(logs=Logs([page(WARM)]), tasks=None))
    tasks = read_with(Services(logs=Logs(error=denied("x")), tasks=[launched(createdAt=0)]))

    assert lines.records[0].functions
    assert tasks.records[0].tasks
    assert len(lines.notes) == len(tasks.notes) == 1


def test_a_log_that_is_too_long_is_cut_with_a_note(monkeypatch):
    monkeypatch.setattr(aws_records, "_MOST_PAGES", 2)
    logs = Logs([page(WARM, nextToken="2"), page(WARM, nextToken="3"), page(WARM)])

    found = read_with(Services(logs=logs))

    assert found.records[0].functions[0].billed.count == 2
    assert "the REPORT lines end before the run" in found.notes[0]


def test_every_run_has_its_own_records():
    logs = Logs([page(WARM)])
    found = read_with(Services(logs=logs), [WINDOW, WINDOW])

    assert len(found.records) == 2
    assert len(logs.asked) == 4


def test_the_last_lines_get_time_to_arrive():
    pauses = []
    end = datetime.now(UTC).timestamp()
    read(REGION, OUTPUTS, [Window(start=end - 9, end=end)], Services(logs=Logs()), pauses.append)

    assert 0 < pauses[0] <= 10


def test_without_outputs_of_a_stack_aws_is_not_asked():
    found = read(REGION, {}, [WINDOW], client=None)

    assert "the outputs of the stack are not known" in found.notes[0]


def test_records_without_anything_are_none():
    assert read_with(Services(logs=Logs())).records == [None]
