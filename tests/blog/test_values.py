"""Ids, timestamps, cursors and queries: round trips, and rejection of anything else."""

from __future__ import annotations

import base64
import contextlib
import re
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog import cursor, ids, query, schema
from blog.errors import BadParameter
from tests.blog.texts import IDS

TIMES = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: moment.strftime("%Y").rjust(4, "0") + moment.strftime("-%m-%dT%H:%M:%S.%fZ")
)
POSITIONS = st.builds("{}#{}".format, TIMES, IDS)
_NOW = 1_795_000_000_000_000_000


def test_new_id_is_a_uuid_version_7_and_a_valid_id():
    made = uuid.UUID(ids.make_id())

    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert ids.is_id(str(made))


@given(st.integers(0, 2**60), st.integers(0, 2**60))
def test_ids_sort_by_creation_time(one: int, other: int):
    # Times less than a quarter of a microsecond apart may have the same time bits.
    if abs(one - other) > 250:
        assert (ids.make_id(one) < ids.make_id(other)) == (one < other)


def test_id_has_its_creation_time_in_milliseconds():
    assert int(ids.make_id(_NOW).replace("-", "")[:12], 16) == _NOW // 1_000_000


def test_ids_and_versions_do_not_repeat():
    assert len({ids.make_id(_NOW) for _ in range(1000)}) == 1000
    assert len({ids.make_version() for _ in range(1000)}) == 1000


def test_timestamp_is_now_in_utc_with_six_decimals():
    text = ids.timestamp()

    assert ids.is_timestamp(text)
    assert abs((datetime.fromisoformat(text) - datetime.now(UTC)).total_seconds()) < 5


@pytest.mark.parametrize("text", ["", "a\n", "é", "-a", ".a", "a/b", "a" * 129, "a b", "٣"])
def test_invalid_ids_are_rejected(text: str):
    assert not ids.is_id(text)


@given(POSITIONS)
def test_decoding_reverses_encoding(position: str):
    word = cursor.encode(position)

    assert cursor.decode(word) == position
    assert len(word) <= cursor.MAX_CHARACTERS
    assert quote(word, safe="") == word


@given(POSITIONS, st.integers(0, 300), st.characters())
def test_changed_cursor_is_malformed(position: str, index: int, stranger: str):
    word = cursor.encode(position)
    changed = word[: index % (len(word) + 1)] + stranger + word[index % (len(word) + 1) :]
    try:
        decoded = cursor.decode(changed)
    except cursor.MalformedCursor:
        return
    assert cursor.encode(decoded) == changed


@given(st.text())
def test_any_text_is_a_cursor_or_malformed(word: str):
    with contextlib.suppress(cursor.MalformedCursor):
        assert cursor.encode(cursor.decode(word)) == word


@pytest.mark.parametrize(
    "position",
    [
        "",
        "#",
        "2026-01-02T03:04:05.678901Z",
        "2026-02-30T03:04:05.678901Z#a",
        "2026-01-02#a",
        "2026-01-02T03:04:05.678901Z#a#b",
        "2026-01-02T25:04:05.678901Z#a",
        "٢026-01-02T03:04:05.678901Z#a",
    ],
)
def test_cursor_without_a_position_is_malformed(position: str):
    word = base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")
    with pytest.raises(cursor.MalformedCursor):
        cursor.decode(word)


@given(
    st.integers(schema.MIN_LIMIT, schema.MAX_LIMIT), POSITIONS, st.sampled_from(["full", "summary"])
)
def test_link_has_the_limit_position_and_view(limit: int, position: str, view: str):
    options = query.ListQuery(limit=limit, before=None, view=view)
    link = re.fullmatch(r'<\?(.+)>; rel="next"', options.link_to(position))

    assert link
    assert query.parse(link[1]) == query.ListQuery(limit=limit, before=position, view=view)


def _culprit(raw: str) -> str | None:
    """Return the invalid parameter in *raw*, or None."""
    try:
        options = query.parse(raw)
    except BadParameter as problem:
        return problem.members["parameter"]
    assert schema.MIN_LIMIT <= options.limit <= schema.MAX_LIMIT
    return None


@given(st.text() | st.from_regex("(limit|view|cursor|x)=.*(&(limit|view)=.*)?", fullmatch=True))
def test_any_query_is_parsed_or_names_the_invalid_parameter(raw: str):
    assert _culprit(raw) in {None, "limit", "cursor", "view"}


@given(st.integers())
def test_only_limits_in_the_range_are_accepted(number: int):
    inside = schema.MIN_LIMIT <= number <= schema.MAX_LIMIT
    try:
        assert query.parse(f"limit={number}").limit == number
        assert inside
    except BadParameter:
        assert not inside
