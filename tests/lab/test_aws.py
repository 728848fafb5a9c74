"""What the person is told when CloudWatch does not answer, and what it is asked."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from lab.aws import CloudWatch
from lab.catalogue import Subjects, catalogue
from lab.metrics import PERIODS, MetricsError, queries
from tests.lab.test_catalogue import OUTPUTS

ASKED = queries(catalogue(Subjects.of(OUTPUTS)))
WINDOW = PERIODS[1].ending(1_800_000_000)


@contextmanager
def answering(*answers):
    """Serve each of *answers* (status and document) in turn; gives the URL and the requests."""
    requests = []
    left = list(answers)

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
def nobody(monkeypatch, tmp_path):
    """An environment in which nothing of a person's AWS settings is found."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDenied", "allow cloudwatch:GetMetricData"),
        ("AccessDeniedException", "allow cloudwatch:GetMetricData"),
        ("ExpiredToken", "have expired: get new ones"),
        ("ExpiredTokenException", "have expired: get new ones"),
        ("UnrecognizedClientException", "does not know these credentials"),
        ("InvalidClientTokenId", "does not know these credentials"),
        ("SignatureDoesNotMatch", "clock"),
        ("ThrottlingException", "wait a minute"),
        ("Throttling", "wait a minute"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_each_refusal_is_one_sentence_with_the_next_step(credentials, monkeypatch, code, words):
    with answering((400, {"__type": code, "message": "their words"})) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", url)
        with pytest.raises(MetricsError, match=words) as told:
            CloudWatch("eu-west-1").ask(ASKED, WINDOW)

    assert "\n" not in str(told.value)


def test_without_credentials_the_ways_to_get_them_are_named():
    with pytest.raises(MetricsError, match="aws configure"):
        CloudWatch("eu-west-1").ask(ASKED, WINDOW)


def test_a_profile_that_does_not_exist_is_named(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nope")

    with pytest.raises(MetricsError, match="AWS_PROFILE"):
        CloudWatch("eu-west-1").ask(ASKED, WINDOW)


def test_half_a_pair_of_keys_counts_as_no_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")

    with pytest.raises(MetricsError, match="aws configure"):
        CloudWatch("eu-west-1").ask(ASKED, WINDOW)


def test_an_expired_login_is_said_to_be_renewed(monkeypatch, tmp_path):
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(
        "[profile s]\nsso_session=s\nsso_account_id=1\nsso_role_name=r\n"
        "[sso-session s]\nsso_region=eu-west-1\nsso_start_url=https://example.invalid\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_PROFILE", "s")

    with pytest.raises(MetricsError, match="aws sso login"):
        CloudWatch("eu-west-1").ask(ASKED, WINDOW)


def test_a_region_that_is_none_is_blamed_on_the_outputs(credentials):
    with pytest.raises(MetricsError, match="Region"):
        CloudWatch("not a region").ask(ASKED, WINDOW)


def test_without_a_network_the_network_is_blamed(credentials, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")

    with pytest.raises(MetricsError, match="check the network"):
        CloudWatch("eu-west-1").ask(ASKED, WINDOW)


def test_an_answer_that_is_none_is_one_sentence(credentials, monkeypatch):
    with answering((400, b"\xff\xfe<html>")) as (url, _):
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", url)
        with pytest.raises(MetricsError, match="cannot be asked"):
            CloudWatch("eu-west-1").ask(ASKED, WINDOW)


def test_a_local_cloud_is_asked_whatever_the_person_has_set(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nope")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-person")
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    answer = {"MetricDataResults": [{"Id": "m0_0", "Timestamps": [60, 120], "Values": [1, 2]}]}
    with answering((200, answer)) as (url, requests):
        found = CloudWatch("eu-west-1", url).ask(ASKED, WINDOW)

    assert found == {"m0_0": [(60.0, 1.0), (120.0, 2.0)]}
    headers, _ = requests[0]
    assert "Credential=local/" in headers["Authorization"]
    assert "of-the-person" not in str(headers)


def test_the_rest_of_a_long_answer_is_asked_for(credentials):
    pages = [
        (200, {"NextToken": "n", "MetricDataResults": [
            {"Id": "m0_0", "Timestamps": [60], "Values": [1]}]}),
        (200, {"MetricDataResults": [{"Id": "m0_0", "Timestamps": [120], "Values": [2]}]}),
    ]  # fmt: skip
    with answering(*pages) as (url, requests):
        found = CloudWatch("eu-west-1", url).ask(ASKED, WINDOW)

    assert found == {"m0_0": [(60.0, 1.0), (120.0, 2.0)]}
    assert requests[1][1]["NextToken"] == "n"


def test_a_call_asks_for_five_hundred_at_most(credentials):
    many = (ASKED * 10)[:501]
    with answering((200, {"MetricDataResults": []})) as (url, requests):
        CloudWatch("eu-west-1", url).ask(many, WINDOW)

    assert [len(document["MetricDataQueries"]) for _, document in requests] == [500, 1]


@pytest.mark.parametrize(
    "endpoint", ["http://example.org", "https://monitoring.eu-west-1.amazonaws.com", "x"]
)
def test_an_endpoint_among_the_outputs_counts_on_this_machine_only(endpoint):
    with pytest.raises(MetricsError, match="only a local cloud"):
        CloudWatch("eu-west-1", endpoint)
