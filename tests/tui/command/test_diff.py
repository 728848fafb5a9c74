"""`blogs diff`: one request to both backends."""

from __future__ import annotations

import json
import re

import pytest

from tests.tui.fake import Response


def change_functions_response(served, **changed):
    """Change the responses of the functions backend."""
    normal = served.blogs.respond

    def respond(method, path, headers, body):
        given = normal(method, path, headers, body)
        if path.startswith("/Prod"):
            for name, value in changed.items():
                setattr(given, name, value)
        return given

    served.blogs.respond = respond


def test_diff_of_equal_responses_exits_with_0(blogs, served):
    code, out, _ = blogs("diff")
    assert code == 0
    assert out.splitlines()[-1] == "the responses are the same"

    assert blogs("diff", "blog-0001")[0] == 0
    assert [path for _, path in served.blogs.requests] == [
        "/Prod/blog?limit=20&view=summary",
        "/blog?limit=20&view=summary",
        "/Prod/blog/blog-0001",
        "/blog/blog-0001",
    ]


def test_diff_of_different_responses_exits_with_1(blogs, served):
    other = {**served.blogs.table["blog-0001"], "title": "Another\x1b[31m"}
    change_functions_response(served, body=json.dumps(other).encode())

    code, out, _ = blogs("diff", "blog-0001")

    assert code == 1
    assert '-  "title": "Another' in out
    assert '+  "title": "Blog number 1",' in out
    assert "\x1b" not in out
    assert out.splitlines()[-1] == "the responses differ"


def test_diff_json_has_its_documented_shape(blogs, served):
    change_functions_response(served, status=503, body=b"")

    code, out, _ = blogs("diff", "blog-0001", "--json")

    document = json.loads(out)
    assert code == 1
    assert list(document) == ["target", "same", "status", "headers", "body", "requests"]
    assert document["target"] == "/blog/blog-0001"
    assert document["same"] is False
    assert document["status"] == {"functions": 503, "containers": 200}
    assert {"content-length"} <= {header["name"] for header in document["headers"]}
    assert list(document["headers"][0]) == ["name", "functions", "containers", "reason"]
    assert '+  "id": "blog-0001",' in document["body"]
    assert [request["status"] for request in document["requests"]] == [503, 200]


def test_diff_exits_with_the_code_of_an_error_and_not_1(blogs, served):
    assert blogs("diff", "nope")[0] == 5
    assert blogs("diff", "blog-0001", "--containers-url", "http://127.0.0.1:1")[0] == 3
    served.blogs.respond = lambda *_: Response(500, {}, b"")
    code, _, err = blogs("diff", "--json")
    assert (code, json.loads(err)["error"]["exit_code"]) == (2, 2)


@pytest.mark.parametrize("down", ["functions", "containers"])
def test_diff_with_one_backend_down_shows_the_other_response(blogs, served, down):
    gone = [f"--{down}-url", "http://127.0.0.1:1"]

    code, out, err = blogs("diff", "blog-0001", *gone)

    values = "no response +200" if down == "functions" else "200 +no response"
    assert code == 3
    assert re.search(rf"^status +{values}$", out, re.MULTILINE)
    assert f"\netag: {served.blogs.etag('blog-0001')}\n" in out
    assert err.startswith(f"blogs: {down.upper()} at 127.0.0.1:1 is not reachable")
    assert len(served.blogs.requests) == 1

    code, out, err = blogs("diff", "blog-0001", *gone, "--json")

    assert (code, out) == (3, "")
    assert json.loads(err)["error"]["kind"] == "unreachable"
    assert len(served.blogs.requests) == 2


def test_diff_with_both_backends_down_shows_both_causes(blogs):
    where = "http://127.0.0.1:1"

    code, out, err = blogs("diff", "--functions-url", where, "--containers-url", where)

    assert (code, out) == (3, "")
    assert err.count("is not reachable") == 2
    assert len(err.splitlines()) == 1


def test_diff_needs_both_backends(blogs, monkeypatch):
    monkeypatch.delenv("BLOGS_CONTAINERS_URL")

    code, _, err = blogs("diff")

    assert code == 2
    assert "The URL of the CONTAINERS backend is not set" in err
