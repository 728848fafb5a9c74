"""Bodies: strict JSON, and the fields of a blog."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog import body, schema, validation
from blog.errors import BadRequest, BodyTooLarge, InvalidField, Problem, UnsupportedMedia
from blog.http import Request, encode
from blog.model import Blog, Draft, escaped_bytes
from tests.blog.texts import CHARACTERS, IDS, TEXTS, TITLES

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), JSON_VALUES, max_size=5)


def _read(content: bytes, media: str = "application/json") -> dict[str, object]:
    request = Request(
        method="POST",
        path="/blog",
        headers={"content-type": media},
        read_body=lambda limit: content[: limit + 1],
    )
    return body.read_object(request)


def _status(content: bytes) -> int:
    try:
        assert isinstance(_read(content), dict)
    except Problem as problem:
        return problem.status
    return 200


@given(OBJECTS, st.booleans())
def test_every_json_object_is_parsed_unchanged(value: dict[str, object], escaped: bool):  # noqa: FBT001 - drawn
    # UTF-8 cannot encode half of a surrogate pair.
    text = json.dumps(value, ensure_ascii=escaped).encode(errors="replace")

    assert _read(text) == json.loads(text)


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_raise_a_problem(content: bytes):
    assert _status(content) in {200, 400, 422}


@given(st.integers(1, 60), st.sampled_from([b"[", b'{"a":']))
def test_limit_on_nesting_is_exact(depth: int, opening: bytes):
    closing = b"]" if opening == b"[" else b"}"
    content = b'{"a":' + opening * (depth - 1) + b"0" + closing * (depth - 1) + b"}"
    if depth > schema.MAX_JSON_DEPTH:
        with pytest.raises(BadRequest, match="nested"):
            _read(content)
    else:
        assert "a" in _read(content)


def test_brackets_inside_strings_do_not_nest():
    assert _read(b'{"a":"' + b"[{" * 100 + b'\\"[[","b\\\\":"' + b"[" * 100 + b'"}')


_HOSTILE = {
    "quotes": b'"' + b'\\"' * 1_000_000,
    "backslashes": b'"\\' * 1_000_000,
    "brackets": b"[" * 2_000_000,
    "members": b'{"a' * 600_000,
    "pairs": b"[]," * 600_000,
    "signs": b"-" * 2_000_000,
    "digits": b'{"a":' + b"9" * 2_000_000 + b"}",
    "exponent": b'{"a":1e' + b"9" * 1_000_000 + b"}",
}


@pytest.mark.parametrize("content", _HOSTILE.values(), ids=_HOSTILE)
def test_hostile_bodies_are_parsed_in_linear_time(content: bytes):
    # In quadratic time, any of them would take hours.
    assert _status(content) in {200, 400, 422}


def test_body_at_the_size_limit_is_parsed_and_a_larger_one_is_not():
    fitting = b'{"a":"' + b"x" * (schema.MAX_BODY_BYTES - 8) + b'"}'
    assert len(fitting) == schema.MAX_BODY_BYTES
    assert "a" in _read(fitting)
    with pytest.raises(BodyTooLarge):
        _read(fitting + b" ")


@given(st.text(max_size=40))
def test_any_media_type_is_accepted_or_rejected(media: str):
    try:
        _read(b"{}", media)
    except UnsupportedMedia:
        return
    assert media.strip().lower().startswith("application/")


@pytest.mark.parametrize(
    "media",
    ['application/json; a="' + '\\"' * 1_000_000, "application/json" + ";a=b" * 500_000],
    ids=["quotes", "parameters"],
)
def test_hostile_media_types_are_parsed_in_linear_time(media: str):
    with contextlib.suppress(UnsupportedMedia):
        assert _read(b"{}", media) == {}


@given(st.none() | st.just("") | IDS, TITLES, TEXTS, TEXTS)
def test_valid_blog_is_kept_unchanged(blog_id, title: str, author: str, contents: str):
    members = {"id": blog_id, "title": title, "author": author, "contents": contents}
    draft = validation.new_blog(_read(encode(members)))

    assert draft == Draft(id=blog_id or None, title=title, author=author, contents=contents)


def _refusal(read, members: dict[str, object]) -> InvalidField | None:
    try:
        read(members)
    except InvalidField as problem:
        return problem
    return None


@given(OBJECTS)
def test_any_object_is_a_blog_or_names_the_invalid_field(members: dict[str, object]):
    for read in (validation.new_blog, lambda given: validation.changed_blog(given, "a")):
        problem = _refusal(read, members)

        assert problem is None or encode(problem.members)
        assert problem is None or len(problem.members["field"]) <= 100


@given(CHARACTERS.filter(lambda character: bool(character.strip())))
def test_limits_count_characters_of_title_and_bytes_of_contents(character: str):
    size = len(character.encode())
    fitting = {
        "title": character * schema.MAX_TITLE_CHARACTERS,
        "author": character * schema.MAX_AUTHOR_CHARACTERS,
        "contents": character * (schema.MAX_CONTENTS_BYTES // size),
    }
    validation.new_blog(fitting)
    for name, text in fitting.items():
        with pytest.raises(InvalidField) as caught:
            validation.new_blog({**fitting, name: text + character})
        assert caught.value.members == {"field": name}


@given(TEXTS)
def test_planned_size_is_never_less_than_the_size_in_a_response(contents: str):
    def response(text: str, *, ascii_only: bool) -> int:
        return len(json.dumps(encode(text).decode(), ensure_ascii=ascii_only).encode())

    for ascii_only in (True, False):
        grown = response(contents, ascii_only=ascii_only) - response("", ascii_only=ascii_only)
        assert escaped_bytes(contents) >= grown


def test_largest_valid_blog_fits_into_one_response():
    heaviest = max(
        ("\x01", '"', "\\", "é", "€", "😀", "\n"),
        key=lambda character: escaped_bytes(character) / len(character.encode()),
    )
    size = len(heaviest.encode())

    assert escaped_bytes(heaviest * (schema.MAX_CONTENTS_BYTES // size)) < schema.MAX_PAGE_BYTES


def test_updated_at_never_goes_back_in_time():
    draft = Draft(id="a", title="t", author="", contents="")
    ahead = Blog(
        id="a",
        title="t",
        author="",
        contents="",
        version="v",
        created_at="2999-01-01T00:00:00.000000Z",
        updated_at="2999-01-01T00:00:00.000000Z",
    )
    changed = ahead.updated(draft)

    assert changed.updated_at >= ahead.updated_at
    assert changed.created_at == ahead.created_at
    assert changed.version != ahead.version
