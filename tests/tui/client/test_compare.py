from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.client.compare import FullComparison, compare
from tui.client.contract import Exchange, LogEntry, Request
from tui.settings.values import BackendName
from tui.text import Safe

REQUEST = Request(method="GET", target="/blog")


def exchange(body=b"[]", status=200, **headers):
    entry = LogEntry(
        backend=BackendName.FUNCTIONS,
        method="GET",
        path="/blog",
        at="",
        milliseconds=1,
        status=status,
        cold=None,
        served_by="-",
        headers=tuple((name.replace("_", "-"), Safe(value)) for name, value in headers.items()),
    )
    return Exchange(entry=entry, body=body)


def compared(functions, containers):
    return FullComparison(request=REQUEST, functions=functions, containers=containers)


def test_expected_differences_do_not_count():
    found = compared(
        exchange(b'{"a":1,"b":2}', date="Monday", apigw_requestid="x", etag='"1"'),
        exchange(b'{"b": 2, "a": 1}', date="Tuesday", server="gunicorn", etag='"1"'),
    )

    assert found.same
    assert [pair.name for pair in found.headers if pair.reason] == [
        "apigw-requestid",
        "date",
        "server",
    ]


@pytest.mark.parametrize(
    "other",
    [
        exchange(status=404),
        exchange(b"[1]"),
        exchange(b""),
        exchange(b"\xff"),
        exchange(etag='"2"'),
    ],
)
def test_every_other_difference_counts(other):
    assert not compared(exchange(), other).same
    assert not compared(other, exchange()).same


def test_missing_and_repeated_headers_are_compared():
    two = exchange()
    two = Exchange(
        entry=LogEntry(**vars(two.entry) | {"headers": (("vary", "a"), ("vary", "b"))}), body=b"[]"
    )

    assert [vars(pair) for pair in compared(two, exchange()).unexpected] == [
        {"name": "vary", "functions": "a, b", "containers": None}
    ]


def test_a_changed_member_is_shown_with_its_context():
    old, new = ({"a": 1, "b": 2, "c": value, "d": 4} for value in (3, 5))

    found = compared(exchange(json.dumps(old).encode()), exchange(json.dumps(new).encode()))

    assert found.body == (
        " {",
        '   "a": 1,',
        '   "b": 2,',
        '-  "c": 3,',
        '+  "c": 5,',
        '   "d": 4',
        " }",
    )


def test_a_change_in_a_long_line_shows_only_that_piece():
    text = "".join(f"{number:05d}" for number in range(20_000))
    old, new = (json.dumps({"contents": words}) for words in (text, text.replace("09999", "xxxxx")))

    found = compared(exchange(old.encode()), exchange(new.encode()))

    changed = [line for line in found.body if line[0] in "+-"]
    assert len(changed) == 2
    assert "xxxxx" in changed[1]


def test_long_bodies_that_differ_throughout_are_cut(monkeypatch):
    monkeypatch.setattr("lab.response_diff.difflib.unified_diff", None)  # would take minutes
    old, new = (json.dumps([f"{side}{n}" for n in range(50_000)]).encode() for side in "ab")

    lines = compared(exchange(old), exchange(new)).body

    assert len(lines) == 402
    assert lines[200] == "-… lines not shown: 49,800"


@given(
    st.dictionaries(st.text(), st.integers() | st.text()),
    st.dictionaries(st.text(), st.integers() | st.text()),
)
def test_bodies_differ_exactly_when_their_json_does(old, new):
    found = compared(exchange(json.dumps(old).encode()), exchange(json.dumps(new).encode()))

    assert bool(found.body) == (old != new)
    assert not compared(exchange(json.dumps(old).encode()), found.functions).body


async def test_the_backends_get_the_request_one_after_the_other():
    running = []

    async def ask(name, request):
        assert not running
        running.append(name)
        running.pop()
        return exchange()

    assert (await compare(REQUEST, ask)).same
