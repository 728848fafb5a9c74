"""Exit codes and errors of the commands."""

from __future__ import annotations

import json
import os

import pytest

from tests.tui.fake import Response


def test_an_error_is_one_line_or_one_json_object(blogs):
    code, out, err = blogs("show", "nope")
    assert (code, out) == (5, "")
    assert len(err.splitlines()) == 1

    code, out, err = blogs("show", "nope", "--json")
    error = json.loads(err)["error"]
    assert (error["kind"], error["status"], error["exit_code"]) == ("missing", 404, 5)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["bogus"], 2),
        (["ls", "--limit", "0"], 2),
        (["ls", "--limit", "3", "--all"], 2),
        (["show"], 2),
        (["edit", "blog-0001"], 2),
        (["post", "--title", " ", "--file", os.devnull], 2),
        (["post", "--title", "T", "--file", "/nope"], 2),
        (["ls", "--timeout", "nan"], 2),
        (["ls", "--functions-url", "nowhere"], 2),
        (["ls", "--functions-url", "http://127.0.0.1:1"], 3),
        (["rm", "blog-0001", "--yes", "--token-file", __file__], 2),
        (["ls", "--functions-url", ""], 2),
        (["ls", "--containers-url", ""], 2),
        (["ls", "--stack", ""], 2),
        (["ls", "--token-file", ""], 2),
        (["post", "--title", "T", "--file", ""], 2),
        (["post", "--title", "T", "--file", "/dev/zero"], 2),
        (["post", "--title", "T", "--file", os.devnull, "--id", ""], 2),
        (["edit", "blog-0001", "--title", "T", "--if-match", "ü"], 2),
        (["rm", "blog-0001", "--yes", "--if-match", "a\nb"], 2),
        (["rm", "blog-0001", "--yes", "--if-match", ""], 2),
    ],
)
def test_each_error_has_its_exit_code_and_one_line(blogs, words, code):
    got, out, err = blogs(*words)

    assert (got, out) == (code, "")
    assert err.startswith("blogs: ")
    assert len(err.splitlines()) == 1


def test_an_invalid_proxy_is_a_settings_error(blogs, monkeypatch):
    monkeypatch.setenv("BLOGS_FUNCTIONS_URL", "https://far.example")
    monkeypatch.setenv("HTTPS_PROXY", "foo://x")

    code, out, err = blogs("ls", "--json")

    assert (code, out) == (2, "")
    assert json.loads(err)["error"]["kind"] == "settings"


@pytest.mark.parametrize("words", [("show", "blog-0001"), ("rm", "blog-0001", "--yes")])
def test_a_url_without_its_stage_is_not_a_missing_blog(blogs, served, words):
    served.blogs.respond = lambda *_: Response(404, {"Content-Type": "application/json"}, b"{}")

    code, _, err = blogs(*words)

    assert code == 1
    assert "/Prod" in err


def test_without_a_backend_the_error_shows_the_next_step(blogs, monkeypatch):
    monkeypatch.delenv("BLOGS_FUNCTIONS_URL")
    monkeypatch.delenv("BLOGS_CONTAINERS_URL")

    code, _, err = blogs("ls")

    assert code == 2
    assert "python -m localcloud" in err


def test_the_placeholder_of_a_secret_is_never_sent(blogs, served, monkeypatch):
    monkeypatch.setenv("BLOGS_WRITE_TOKEN", "[secret]")

    code, _, err = blogs("rm", "blog-0001", "--yes")

    assert code == 2
    assert "pulumi stack output WriteToken --show-secrets" in err
    assert served.blogs.requests == []
    assert blogs("ls")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["rm", "blog-0001"],
        ["rm", "blog-0001", "--yes"],
        ["edit", "blog-0001", "--title", "T"],
        ["post", "--title", "T"],
    ],
)
def test_read_only_mode_rejects_writes_before_any_request(blogs, served, monkeypatch, words):
    assert blogs(*words, "--read-only")[0] == 2
    monkeypatch.setenv("BLOGS_READ_ONLY", "1")
    code, _, err = blogs(*words, "--json")

    assert (code, json.loads(err)["error"]["kind"]) == (2, "read-only")
    assert served.blogs.requests == []
    assert blogs("ls")[0] == 0
