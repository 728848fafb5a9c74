"""Which differences of two responses count, and which are explained."""

from __future__ import annotations

import json

import pytest

from lab.backends import Backend
from lab.parity.case import get, head, other
from lab.parity.comparison import compare
from lab.parity.messages import Response
from lab.parity.session import Exchange

JSON = {"content-type": "application/json"}
CASE = get("a blog", "/blog/<<id>>", members={"id": "<<id>>"}, response_headers={"etag": '".+"'})


def blog(name, **changes):
    body = {"id": name, "title": "A title", "version": f"v-{name}", **changes}
    return Response(200, {**JSON, "etag": f'"{name}"'}, json.dumps(body).encode())


def compared(functions, containers, case=CASE):
    return compare(
        case,
        {
            Backend.FUNCTIONS: Exchange(functions, {"id": "one", "token": "secret"}),
            Backend.CONTAINERS: Exchange(containers, {"id": "two", "token": "secret"}),
        },
    )


def shown(comparison):
    return [
        (one.part, one.functions, one.containers, one.explanation and one.explanation.name)
        for one in comparison.differences
    ]


def test_what_varies_between_writes_is_no_difference():
    comparison = compared(blog("one"), blog("two"))

    assert comparison.differences == comparison.undocumented == ()


def test_another_member_is_a_difference_of_the_body():
    (part, functions, _, explanation), *others = shown(
        compared(blog("one", title="Other"), blog("two"))
    )

    assert (part, explanation, others) == ("body", None, [])
    assert '"title": "Other"' in functions


def test_missing_header_is_a_difference_and_the_name_of_the_server_is_not():
    functions, containers = blog("one"), blog("two")
    functions.headers.update(server="a", vary="Origin")
    containers.headers.update({"server": "b", "cache-control": "no-cache"})

    assert shown(compared(functions, containers)) == [
        ("cache-control", "none", "no-cache", None),
        ("vary", "Origin", "none", "cors-headers"),
    ]


def test_after_another_status_nothing_else_is_compared():
    assert shown(compared(Response(500, {}, b"fault"), blog("two"))) == [
        ("status", "500", "200", None)
    ]


def test_missing_response_is_a_difference_of_the_status():
    lost = Response(None, problem="no response")

    assert shown(compared(lost, blog("two"))) == [("status", "no response", "200", None)]


def test_one_response_that_is_not_as_documented_is_a_difference():
    assert shown(compared(blog("nine"), blog("two"))) == [
        ("body", blog("nine").body.decode(), "as documented", None)
    ]


def test_both_responses_not_as_documented_are_no_difference_but_reported():
    comparison = compared(Response(500), Response(500))

    assert comparison.differences == ()
    (found,) = comparison.undocumented
    assert (found.part, found.found, found.expected) == ("status", "500", "200")


def test_token_that_a_response_repeats_is_not_shown():
    repeated = blog("one", title="Bearer secret")

    assert "secret" not in str(shown(compared(repeated, blog("two"))))


@pytest.mark.parametrize(
    ("functions", "containers", "expected"),
    [
        ("0", "120", [("content-length", "0", "not 0", "head-length")]),
        ("119", "120", []),
    ],
)
def test_only_an_absent_or_empty_length_of_head_differs(functions, containers, expected):
    case = head("HEAD", "/blog")
    responses = [Response(200, {"content-length": each}) for each in (functions, containers)]

    assert shown(compared(*responses, case)) == expected


def test_explained_status_does_not_hide_another_status():
    case = other("a question", "OPTIONS", "/nope", 404, exceptions=("plain-options",))

    assert shown(compared(Response(204), Response(404), case))[0][3] == "plain-options"
    assert shown(compared(Response(500), Response(404), case))[0][3] is None


def test_lists_are_not_compared_blog_by_blog():
    case = get("the list", "/blog")

    assert shown(compared(Response(200, JSON, b"[]"), Response(200, JSON, b"[{}]"), case)) == []
