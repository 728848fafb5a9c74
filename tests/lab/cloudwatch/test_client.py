"""The requests sent to CloudWatch, and the messages for its errors."""

import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lab.cloudwatch.client import CloudWatch
from lab.cloudwatch.definitions import StackResources, metric_definitions
from lab.cloudwatch.metrics import PERIODS, MetricsError, queries
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.running import ROOT

QUERIES = queries(metric_definitions(StackResources.from_outputs(OUTPUTS)))
WINDOW = PERIODS[1].ending(1_800_000_000)


@contextmanager
def serving(*responses):
    """Serve *responses* (status and document) in turn; yield the URL and the requests."""
    requests = []
    left = list(responses)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append((self.headers, json.loads(body)))
            status, document = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.end_headers()
            self.wfile.write(
                document if isinstance(document, bytes) else json.dumps(document).encode()
            )

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def no_user_settings(monkeypatch, tmp_path):
    """Hide the AWS settings of the user who runs the tests."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "Allow cloudwatch:GetMetricData"),
        ("AccessDeniedException", "Allow cloudwatch:GetMetricData"),
        ("ExpiredToken", "have expired: get new credentials"),
        ("ExpiredTokenException", "have expired: get new credentials"),
        ("UnrecognizedClientException", "credentials are not valid"),
        ("InvalidClientTokenId", "credentials are not valid"),
        ("SignatureDoesNotMatch", "clock"),
        ("ThrottlingException", "Wait a minute"),
        ("Throttling", "Wait a minute"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_each_error_code_has_a_message_with_the_next_step(credentials, monkeypatch, code, words):
    with serving((400, {"__type": code, "message": "their words"})) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", url)
        with pytest.raises(MetricsError, match=words) as raised:
            CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)

    assert "\n" not in str(raised.value)


def test_missing_credentials_message_names_the_ways_to_get_them():
    with pytest.raises(MetricsError, match="aws configure"):
        CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)


def test_unknown_profile_is_reported(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nope")

    with pytest.raises(MetricsError, match="AWS_PROFILE"):
        CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)


def test_access_key_without_its_secret_counts_as_no_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")

    with pytest.raises(MetricsError, match="aws configure"):
        CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)


def test_expired_sso_login_message_says_how_to_renew_it(monkeypatch, tmp_path):
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[profile s]\nsso_session=s\nsso_account_id=1\nsso_role_name=r\n"
        "[sso-session s]\nsso_region=eu-west-1\nsso_start_url=https://example.invalid\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_PROFILE", "s")

    with pytest.raises(MetricsError, match="aws sso login"):
        CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)


def test_invalid_region_message_points_to_the_outputs(credentials):
    with pytest.raises(MetricsError, match="Region"):
        CloudWatch("not a region").fetch(QUERIES, WINDOW)


def test_connection_error_message_points_to_the_network(credentials, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")

    with pytest.raises(MetricsError, match="Check the network"):
        CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)


def test_response_that_is_not_json_is_an_error(credentials, monkeypatch):
    with serving((400, b"\xff\xfe<html>")) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", url)
        with pytest.raises(MetricsError, match="failed: "):
            CloudWatch("eu-west-1").fetch(QUERIES, WINDOW)


def test_local_cloud_ignores_the_user_s_aws_settings(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nope")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-user")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    response = {"MetricDataResults": [{"Id": "m0_0", "Timestamps": [60, 120], "Values": [1, 2]}]}
    with serving((200, response)) as (url, requests):
        found = CloudWatch("eu-west-1", url).fetch(QUERIES, WINDOW)

    assert found == {"m0_0": [(60.0, 1.0), (120.0, 2.0)]}
    headers, _ = requests[0]
    assert "Credential=local/" in headers["Authorization"]
    assert "of-the-user" not in str(headers)


def test_every_page_of_a_response_is_fetched(credentials):
    pages = [
        (200, {"NextToken": "n", "MetricDataResults": [
            {"Id": "m0_0", "Timestamps": [60], "Values": [1]}]}),
        (200, {"MetricDataResults": [{"Id": "m0_0", "Timestamps": [120], "Values": [2]}]}),
    ]  # fmt: skip
    with serving(*pages) as (url, requests):
        found = CloudWatch("eu-west-1", url).fetch(QUERIES, WINDOW)

    assert found == {"m0_0": [(60.0, 1.0), (120.0, 2.0)]}
    assert requests[1][1]["NextToken"] == "n"


def test_a_call_has_at_most_500_queries(credentials):
    many = (QUERIES * 10)[:501]
    with serving((200, {"MetricDataResults": []})) as (url, requests):
        CloudWatch("eu-west-1", url).fetch(many, WINDOW)

    assert [len(document["MetricDataQueries"]) for _, document in requests] == [500, 1]


@pytest.mark.parametrize(
    "endpoint", ["http://example.org", "https://monitoring.eu-west-1.amazonaws.com", "x"]
)
def test_endpoint_from_the_outputs_must_be_loopback(endpoint):
    with pytest.raises(MetricsError, match="only a local cloud"):
        CloudWatch("eu-west-1", endpoint)


def test_boto3_is_imported_by_the_first_request_only():
    program = (
        "import sys, lab.cloudwatch.stack_metrics as metrics\n"
        f"metrics.StackMetrics({OUTPUTS!r})\n"
        "sys.exit('boto3' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
