"""Checks of one response against what is documented."""

from __future__ import annotations

import json

import pytest

from lab.parity.case import delete, get, head
from lab.parity.expectations import deviations
from lab.parity.messages import Response

PROBLEM = {"content-type": "application/problem+json"}
MISSING = get("missing", "/blog/<<fresh>>", 404, members={"title": "Not Found"})


def problem(**members):
    return json.dumps({"status": 404, "title": "Not Found", **members}).encode()


@pytest.mark.parametrize(
    ("case", "response", "parts"),
    [
        (MISSING, Response(404, PROBLEM, problem()), []),
        (MISSING, Response(200, {}, b""), ["status"]),
        (MISSING, Response(404, {}, problem()), ["content-type"]),
        (MISSING, Response(404, PROBLEM, problem(status=400)), ["body"]),
        (MISSING, Response(404, PROBLEM, problem(title="Other")), ["body"]),
        (MISSING, Response(404, PROBLEM, b"<html>"), ["body"]),
        (get("NaN", "/"), Response(200, {}, b"NaN"), ["body"]),
        (get("deep", "/"), Response(200, {}, b"[" * 100_000), ["body"]),
        (get("list", "/", check=lambda body: body[0]), Response(200, {}, b"[]"), ["body"]),
        (head("HEAD", "/"), Response(200, {}, b"text"), ["body"]),
        (delete("gone", 204), Response(204, {}, b"text"), ["body"]),
        (get("a", "/", response_headers={"a": None}), Response(200, {"a": "b"}, b"1"), ["a"]),
        (get("a", "/", response_headers={"a": "b+"}), Response(200, {"a": "bc"}, b"1"), ["a"]),
        (get("a", "/", response_headers={"a": "<<tag>>"}), Response(200, {"a": "x.y"}, b"1"), []),
        (
            get("a", "/", response_headers={"a": "<<tag>>"}),
            Response(200, {"a": "xzy"}, b"1"),
            ["a"],
        ),
    ],
)
def test_each_part_that_is_not_as_documented_is_found(case, response, parts):
    found = deviations(case, response, {"tag": "x.y"})

    assert [one.part for one in found] == parts
