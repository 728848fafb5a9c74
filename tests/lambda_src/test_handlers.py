"""The handlers with events as from API Gateway, and their log."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest
from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

from infra.dashboard import FUNCTIONS
from lab.parity.case import blog_json
from tests.blog.databases import PROJECT, environment
from tests.contract.clients import context, event
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.lab.cloudwatch.shown import in_report, on_dashboard, own_metrics

MEDIA = (("Content-Type", "application/json"),)


def _metrics(output: str) -> list[dict]:
    return [line for line in _lines(output) if "_aws" in line]


def _logs(output: str) -> list[dict]:
    return [line for line in _lines(output) if "_aws" not in line]


def _lines(output: str) -> list[dict]:
    return [json.loads(line) for line in output.splitlines()]


def _encoded(body: str) -> dict:
    return {**event("POST", "/blog", MEDIA), "body": body, "isBase64Encoded": True}


# What other services and the console of Lambda send, as in the AWS documentation.
OTHER_EVENTS = {
    "test event of the console": {"key1": "value1", "key2": "value2", "key3": "value3"},
    "REST API, and payload 1.0": {
        "version": "1.0",
        "resource": "/blog",
        "path": "/blog",
        "httpMethod": "GET",
        "headers": {},
        "requestContext": {"stage": "Prod", "httpMethod": "GET"},
        "body": None,
    },
    "load balancer": {
        "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:..."}},
        "httpMethod": "GET",
        "path": "/blog",
        "headers": {},
        "body": "",
    },
    "EventBridge": {"version": "0", "source": "aws.events", "detail-type": "x", "detail": {}},
    "WebSocket API": {"requestContext": {"routeKey": "$connect", "stage": "Prod"}, "headers": {}},
    "incomplete payload 2.0": {"version": "2.0", "requestContext": {"http": {}}},
    "list": [1],
    "text": "x",
    "null": None,
}


@pytest.mark.parametrize("name", OTHER_EVENTS)
def test_event_of_another_kind_is_one_log_line_and_a_500(fresh, capsys, name: str):
    handlers = fresh()
    response = handlers.get_blogs(OTHER_EVENTS[name], context())
    output = capsys.readouterr().out

    assert response["statusCode"] == 500
    assert response["headers"]["Content-Type"] == "application/problem+json"
    assert "payload format 2.0" in json.loads(response["body"])["detail"]
    (line,) = _logs(output)
    assert (line["level"], line["message"]) == (
        "ERROR",
        "The event is not a request of an HTTP API",
    )
    assert line["event_keys"]
    assert "exception" not in line


def test_exception_that_leaves_the_adapter_is_one_log_line_and_a_500(fresh, capsys, monkeypatch):
    handlers = fresh()

    def fail(*_: object) -> None:
        raise LookupError("the cause")

    monkeypatch.setattr(handlers, "to_request", fail)
    response = handlers.get_blogs(event("GET", "/blog"), context())
    output = capsys.readouterr().out

    assert response["statusCode"] == 500
    assert "the cause" not in response["body"]
    (line,) = _logs(output)
    assert (line["level"], line["message"]) == ("ERROR", "Unexpected error")
    assert "LookupError: the cause" in line["exception"]


def test_base64_body_is_decoded(handlers):
    made = handlers.post_blog(_encoded(base64.b64encode(blog_json()).decode()), context())

    assert made["statusCode"] == 201
    assert json.loads(made["body"])["title"] == "A title"


@pytest.mark.parametrize(
    "body",
    [
        "%%%",
        "YQ",
        "%" + base64.b64encode(blog_json()).decode(),
        "é",
        base64.b64encode(b'{"title":"\xff"}').decode(),
    ],
)
def test_body_that_is_not_base64_or_not_utf_8_is_400(fresh, body: str, capsys):
    handlers = fresh()
    response = handlers.post_blog(_encoded(body), context())

    assert response["statusCode"] == 400
    assert response["headers"]["Content-Type"] == "application/problem+json"
    logs = _logs(capsys.readouterr().out)
    assert [line["message"] for line in logs] == ["Request served"]


ROUTES = {
    "get_blogs": {("GET", "/"), ("HEAD", "/"), ("GET", "/blog"), ("HEAD", "/blog")},
    "get_blog": {("GET", "/blog/a"), ("HEAD", "/blog/a")},
    "post_blog": {("POST", "/blog")},
    "put_blog": {("PUT", "/blog/a")},
    "delete_blog": {("DELETE", "/blog/a")},
}


@pytest.mark.parametrize("function", ROUTES)
def test_function_returns_404_for_operations_of_other_functions(handlers, function: str):
    handler = getattr(handlers, function)
    for method, path in set().union(*ROUTES.values()) - ROUTES[function]:
        response = handler(event(method, path), context())

        assert response["statusCode"] == 404
        assert "This path does not exist." in response["body"] or method == "HEAD"
        assert "db;dur=0.000" in response["headers"]["Server-Timing"]


@pytest.mark.parametrize("function", ROUTES)
def test_every_function_returns_the_same_for_other_methods_and_paths(handlers, function: str):
    handler = getattr(handlers, function)
    patch = handler(event("PATCH", "/blog"), context())
    options = handler(event("OPTIONS", "/blog/a"), context())
    unknown = handler(event("PROPFIND", "/nope\n"), context())

    assert (patch["statusCode"], patch["headers"]["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert (options["statusCode"], unknown["statusCode"]) == (204, 404)


@pytest.mark.parametrize("function", ROUTES)
def test_function_serves_its_own_operations(handlers, function: str):
    for method, path in ROUTES[function]:
        response = getattr(handlers, function)(event(method, path), context())

        assert "This path does not exist." not in response["body"]
        assert response["statusCode"] in {200, 404, 415}


@pytest.mark.parametrize("stage", ["Prod", "$default"])
@pytest.mark.parametrize("path", ["/", "/blog"])
def test_stage_is_not_part_of_the_path(handlers, stage: str, path: str):
    request = event("GET", path, stage=stage)
    if stage == "$default":
        request["rawPath"] = path

    assert handlers.get_blogs(request, context())["statusCode"] == 200


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ("/blog", 200),
        ("/Prod", 200),
        ("/Production", 404),
        ("/Prod/Prod/blog", 404),
        ("/Prod//blog", 404),
    ],
)
def test_custom_domain_name_has_no_stage_in_the_path(handlers, raw: str, status: int):
    request = {**event("GET", "/"), "rawPath": raw}

    assert handlers.get_blogs(request, context())["statusCode"] == status


def test_log_line_has_no_data_of_an_earlier_request(fresh, capsys):
    handlers = fresh()
    secret = event("GET", "/blog/first-request-only")
    secret["requestContext"]["requestId"] = "gateway-first"
    handlers.get_blog(secret, context(1))
    handlers.logger.append_keys(blog="first")  # simulates a mistake in the code
    capsys.readouterr()
    handlers.get_blogs(event("GET", "/blog"), context(2))
    output = capsys.readouterr().out

    assert "first" not in output
    assert {line["function_request_id"] for line in _logs(output)} == {"request-2"}
    assert {line["correlation_id"] for line in _logs(output)} == {"gateway-request"}


def test_every_request_is_one_log_line(fresh, capsys):
    handlers = fresh()
    handlers.get_blogs(event("GET", "/nope\n\x1b[31m"), context())
    (line,) = _logs(capsys.readouterr().out)

    assert (line["method"], line["status"], line["service"]) == ("GET", 404, "blog")
    assert line["path"] == "/Prod/nope\n\x1b[31m"
    assert line["milliseconds"] >= 0


def test_only_metric_is_one_cold_start_per_environment(fresh, capsys):
    for _ in range(2):
        handlers = fresh()
        for number in range(3):
            handlers.get_blogs(event("GET", "/blog"), context(number))

    cold = _metrics(capsys.readouterr().out)

    assert [line["ColdStart"] for line in cold] == [[1.0], [1.0]]


def test_emitted_metrics_are_those_on_the_dashboard_and_in_the_report(fresh, capsys):
    """Each emitted metric is charged, and a metric that is not emitted is an empty graph."""
    handlers = fresh(POWERTOOLS_SERVICE_NAME=FUNCTIONS, POWERTOOLS_METRICS_NAMESPACE="blog-test")
    for call in (handlers.get_blogs, handlers.get_blogs):
        call(event("GET", "/blog"), context())
    emitted = set()
    for line in _metrics(capsys.readouterr().out):
        for one in line["_aws"]["CloudWatchMetrics"]:
            for names in one["Dimensions"]:
                dimensions = frozenset((name, line[name]) for name in names)
                emitted |= {(one["Namespace"], m["Name"], dimensions) for m in one["Metrics"]}

    for shown in (own_metrics(on_dashboard(OUTPUTS)), own_metrics(in_report(OUTPUTS))):
        assert emitted == {one for one in shown if ("service", FUNCTIONS) in one[2]}


def test_only_the_first_response_reports_the_cold_start(handlers):
    timings = [
        handlers.get_blogs(event("GET", "/"), context())["headers"]["Server-Timing"]
        for _ in range(3)
    ]

    assert ["init;dur=" in timing for timing in timings] == [True, False, False]


@pytest.mark.parametrize("kind", ["provisioned-concurrency", "snap-start", ""])
def test_prepared_execution_environment_reports_no_cold_start(fresh, capsys, kind: str):
    handlers = fresh(AWS_LAMBDA_INITIALIZATION_TYPE=kind)
    response = handlers.get_blogs(event("GET", "/"), context())

    assert "init" not in response["headers"]["Server-Timing"]
    assert _metrics(capsys.readouterr().out) == []
    assert response["headers"]["X-Served-By"] == "functions/blog-GetBlogs/01234567"


def test_unexpected_error_is_logged_but_not_in_the_response(fresh, capsys):
    handlers = fresh(TABLE_NAME="missing")
    response = handlers.get_blog(event("GET", "/blog/a"), context())
    logs = _logs(capsys.readouterr().out)

    assert response["statusCode"] == 500
    assert "missing" not in response["body"]
    assert "ResourceNotFound" not in response["body"]
    assert any("ResourceNotFoundException" in line.get("exception", "") for line in logs)


@pytest.mark.parametrize(
    ("name", "value"),
    [("OPEN_WRITES", "yes"), ("OPEN_WRITES", "false"), ("WRITE_TOKEN_SHA256", "x")],
)
def test_unclear_setting_stops_the_initialization(fresh, name: str, value: str):
    with pytest.raises(ValueError, match=r"OPEN_WRITES|SHA-256"):
        fresh(**{"OPEN_WRITES": "false", name: value})


def test_functions_set_no_cors_headers(handlers):
    request = event("GET", "/", (("Origin", "https://page.example"),))
    names = {name.lower() for name in handlers.get_blogs(request, context())["headers"]}

    assert not [name for name in names if name.startswith("access-control-") or name == "vary"]


def test_cold_start_loads_no_heavy_package(variables):
    heavy = (
        "boto3",
        "pydantic",
        "aws_xray_sdk",
        "flask",
        "jsonschema",
        "requests",
        "mypy_boto3_dynamodb",
    )
    program = (
        f"import sys, lambda_src.handlers; print([name for name in {heavy} if name in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    )

    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "contents", ["\x01" * (256 * 1024), '"' * (256 * 1024), "é" * (128 * 1024)]
)
def test_largest_page_stays_below_the_limit_of_lambda(fresh, dynalite, monkeypatch, contents: str):
    handlers = fresh(**environment(dynalite.endpoint), TABLE_NAME=dynalite.new_table())
    for _ in range(12):
        made = handlers.post_blog(
            event("POST", "/blog", MEDIA, blog_json(contents=contents)), context()
        )
        assert made["statusCode"] == 201
    page = handlers.get_blogs(event("GET", "/blog?limit=100"), context())

    for runtime in ("AWS_Lambda_python3.13", "AWS_Lambda_python3.11", ""):
        monkeypatch.setenv("AWS_EXECUTION_ENV", runtime)
        sent, _ = LambdaMarshaller().marshal_response(page)
        assert 1_500_000 < len(sent.encode()) < 6 * 1024 * 1024 - 100_000, runtime


def test_tracing_is_imported_only_if_it_is_on(fresh, variables):
    program = (
        "import sys, json, lambda_src.handlers as handlers\n"
        "from tests.contract.clients import context, event\n"
        "response = handlers.get_blogs(event('GET', '/'), context())\n"
        "print(json.dumps(['aws_xray_sdk' in sys.modules, response['statusCode']]))"
    )
    seen = {}
    for tracing in ("true", "false"):
        ran = subprocess.run(
            [sys.executable, "-c", program],
            cwd=PROJECT,
            env={**variables, "TRACING": tracing},
            capture_output=True,
            text=True,
            check=True,
        )
        seen[tracing] = json.loads(ran.stdout.splitlines()[-1])

    assert seen == {"true": [True, 200], "false": [False, 200]}
