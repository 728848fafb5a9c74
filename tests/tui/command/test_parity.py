"""`blogs parity`: the requests of the contract to both backends."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading

import pytest

from lab.parity import cases, run
from lab.parity.case import get
from lab.parity.comparison import Difference, Undocumented
from lab.parity.explained import EXPLANATIONS
from tests.running import TIMEOUT_S
from tui.command.parity_report import ParityReport, lines

FEW = {"the list", "a blog", "a blog with an id", "two hosts"}


@pytest.fixture
def few(monkeypatch):
    """Send only these requests: the fake backend knows only a part of the contract."""
    chosen = [case for case in cases.CASES if case.name in FEW]
    monkeypatch.setattr(run, "CASES", chosen)


def add_headers(served, **headers):
    """Add headers to the responses of the functions backend."""
    normal = served.blogs.respond

    def respond(method, path, given, body):
        response = normal(method, path, given, body)
        if path.startswith("/Prod"):
            response.headers |= headers
        return response

    served.blogs.respond = respond


def test_same_responses_exit_with_0_and_leave_no_blog(blogs, served, few):
    before = dict(served.blogs.table)

    code, out, err = blogs("parity")

    assert code == 0, out
    assert out.splitlines()[0] == (
        "4 requests: 4 the same, 0 with explained differences, 0 with unexplained"
    )
    assert err.startswith("Sending 4 requests to each backend. They create blogs and delete them")
    assert "begin with parity-" in err
    assert served.blogs.table == before
    assert len(served.blogs.paths("POST")) == 6  # two cases and one kept blog, for each backend


def test_unexplained_difference_exits_with_1_and_is_shown_first(blogs, served, few):
    add_headers(served, Vary="Origin", Language="\x9b31m")

    code, out, _ = blogs("parity")

    assert code == 1
    assert out.splitlines()[2:4] == [
        "unexplained differences:",
        "differs   FUNCTIONS  CONTAINERS  requests",
    ]
    assert out.splitlines()[4].startswith("language             none        3: ")
    assert "cors-headers: The gateway overrules the CORS headers of a function." in out
    assert "\x9b" not in out


def test_json_has_its_documented_shape(blogs, served, few):
    add_headers(served, Vary="Origin", Language="en")

    code, out, err = blogs("parity", "--json")

    document = json.loads(out)
    assert (code, err) == (1, "")
    assert list(document) == [
        *("sent", "left_out", "left_out_reason", "same", "differences", "undocumented"),
        *("not_deleted", "unknown_blogs"),
    ]
    assert (document["sent"], document["left_out"], document["same"]) == (4, 0, False)
    found = {(one["request"], one["part"]): one for one in document["differences"]}
    assert found["the list", "vary"] == {
        "request": "the list",
        "method": "GET",
        "path": "/blog",
        "part": "vary",
        "functions": "Origin",
        "containers": "none",
        "explanation": {
            "name": "cors-headers",
            "reason": "The gateway overrules the CORS headers of a function.",
            "certainty": {"functions": "documented by AWS", "containers": "measured here"},
        },
    }
    assert found["the list", "language"]["explanation"] is None
    assert list(document["undocumented"][0]) == [
        *("request", "method", "path", "part", "found", "expected")
    ]


@pytest.mark.parametrize("reason", ["read-only mode", "no write token"])
def test_without_permission_to_write_only_reads_are_sent(blogs, served, few, monkeypatch, reason):
    if reason == "no write token":
        monkeypatch.delenv("BLOGS_WRITE_TOKEN")

    code, out, err = blogs("parity", *(["--read-only"] if "only" in reason else []))

    assert code == 0
    assert out.splitlines()[1] == f"2 requests left out: {reason}"
    assert err == f"Sending 2 of 4 requests to each backend, without writes ({reason}).\n"
    assert {method for method, _ in served.blogs.requests} == {"GET"}


def test_wrong_token_exits_with_2_before_the_requests(blogs, served, few, monkeypatch):
    monkeypatch.setenv("BLOGS_WRITE_TOKEN", "wrong")

    code, out, err = blogs("parity")

    assert (code, out) == (2, "")
    assert "rejected the write token from BLOGS_WRITE_TOKEN (401)" in err
    assert len(served.blogs.paths("POST")) == 2


@pytest.mark.parametrize("down", ["functions", "containers"])
def test_backend_that_is_down_exits_with_3_and_one_line(blogs, served, down):
    code, out, err = blogs("parity", f"--{down}-url", "http://127.0.0.1:1")

    assert (code, out) == (3, "")
    assert err.startswith(f"blogs: {down.upper()} at 127.0.0.1:1 is not reachable")
    assert len(err.splitlines()) == 1


def test_parity_needs_both_backends(blogs, monkeypatch):
    monkeypatch.delenv("BLOGS_CONTAINERS_URL")

    code, _, err = blogs("parity")

    assert code == 2
    assert "The URL of the CONTAINERS backend is not set" in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_waits_for_the_responses_and_deletes_their_blogs(served, number):
    reached, released = threading.Event(), threading.Event()
    normal, before = served.blogs.respond, dict(served.blogs.table)

    def respond(method, path, headers, body):
        if method == "POST" and b"-kept" not in body:
            reached.set()
            assert released.wait(TIMEOUT_S)
        return normal(method, path, headers, body)

    served.blogs.respond = respond
    child = subprocess.Popen([sys.executable, "-m", "tui", "parity"], stderr=subprocess.PIPE)
    assert reached.wait(TIMEOUT_S)
    child.send_signal(number)
    released.set()
    _, err = child.communicate(timeout=TIMEOUT_S)

    assert child.returncode == (130 if number == signal.SIGINT else -number)
    assert err.splitlines()[-1] == b"blogs: Interrupted. The blogs of the run are deleted."
    assert served.blogs.table == before


def test_blogs_that_are_not_deleted_are_named(blogs, served, few):
    normal = served.blogs.respond
    served.blogs.respond = lambda method, *rest: normal(
        "GET" if method == "DELETE" else method, *rest
    )

    code, out, _ = blogs("parity")

    left = set(served.blogs.table)
    assert code == 0
    assert all(blog_id in out for blog_id in left if blog_id.startswith("parity-"))
    assert "These blogs may not be deleted: " in out


def difference(name, part, functions, containers, explanation=None):
    found = next((one for one in EXPLANATIONS if one.name == explanation), None)
    return Difference(
        case=get(name, "/"),
        part=part,
        functions=functions,
        containers=containers,
        explanation=found,
    )


def report(*differences, **changes):
    given = {"requests": 9, "left_out": 0, "why_left_out": "", "undocumented": (), **changes}
    return ParityReport(differences=differences, **given)


def test_table_fits_the_width_and_merges_equal_rows():
    long = "x" * 200
    found = report(
        difference("one", "status", "200", "404"),
        difference("two", "content-type", "text/plain", "none", "type-of-nothing"),
        difference("three", "content-type", "text/plain", "none", "type-of-nothing"),
        difference("four", "body", long, "y", "type-of-nothing"),
        difference("four", "vary", long, "y", "type-of-nothing"),
        undocumented=[Undocumented(case=get("five", "/"), part="etag", found=long, expected="z")],
    )

    shown = list(lines(found, 60))

    assert max(map(len, shown)) <= 80
    assert shown == [
        "9 requests: 5 the same, 3 with explained differences, 1 with unexplained",
        "",
        "unexplained differences:",
        "differs  FUNCTIONS  CONTAINERS  requests",
        "status   200        404         one",
        "",
        "type-of-nothing: The gateway adds a type to every response without one.",
        "(functions: believed; containers: measured here)",
        "differs       FUNCTIONS         CONTAINERS  requests",
        "content-type  text/plain        none        2: two, three",
        "body +1       xxxxxxxxxxxxxxx…  y           four",
        "",
        "the same from both backends, but not as documented:",
        "part  found             documented  requests",
        "etag  xxxxxxxxxxxxxxx…  z           five",
    ]


def test_counts_are_of_requests_and_not_of_their_parts():
    found = report(
        difference("one", "body", "a", "b"), difference("one", "vary", "a", "b", "cors-headers")
    )

    assert next(lines(found, 80)).startswith("9 requests: 8 the same, 0 with explained")
