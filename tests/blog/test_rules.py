"""Conditions, tokens, origins, and the imports of the schema."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog import conditions, schema
from blog.auth import WriteAccess
from blog.cors import Cors, parse_origins
from blog.errors import PreconditionFailed, Problem, Unauthorized
from blog.http import Reply, Request
from tests.blog.databases import PROJECT

TOKEN = "a token"
TAGS = st.from_regex('"[!#-~]{0,8}"', fullmatch=True)
MEMBERS = st.tuples(st.booleans(), TAGS)
CURRENT = '"current"'


def _request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method="PUT", path="/blog/a", headers=named)


def _field(members: list[tuple[bool, str]]) -> str:
    return ", ".join(f"W/{tag}" if weak else tag for weak, tag in members)


def _holds(**headers: str) -> bool:
    try:
        conditions.require(_request(**headers), CURRENT)
    except PreconditionFailed:
        return False
    return True


@given(st.lists(MEMBERS), st.lists(MEMBERS))
def test_if_match_compares_strongly(before, after):
    others = [(weak, tag) for weak, tag in before + after if tag != CURRENT]

    assert _holds(
        if_match=_field([*others[: len(before)], (False, CURRENT), *others[len(before) :]])
    )
    assert not _holds(if_match=_field([*others, (True, CURRENT)]))
    assert not _holds(if_match=_field(others))


@given(st.lists(MEMBERS), st.booleans())
def test_if_none_match_compares_weakly(members, weak: bool):  # noqa: FBT001 - drawn
    others = [(weak, tag) for weak, tag in members if tag != CURRENT]
    request = _request(if_none_match=_field([*others, (weak, CURRENT)]))

    assert conditions.is_fresh(request, CURRENT)
    assert not _holds(if_none_match=request.headers["if-none-match"])
    assert _holds(if_none_match=_field(others))


@given(st.text())
def test_any_condition_is_evaluated(field: str):
    matching = '"current"' in field or "*" in field

    assert _holds(if_match=field) <= matching
    assert _holds(if_none_match=field) >= (not matching)


@pytest.mark.parametrize(
    "field", ['"current', "current", '"current"x', 'w/"current"', '"cur,rent"', "**"]
)
def test_text_that_is_not_an_entity_tag_never_matches(field: str):
    assert not _holds(if_match=field)
    assert _holds(if_none_match=field)


def _access(token: str | None = TOKEN) -> WriteAccess:
    return WriteAccess(token and hashlib.sha256(token.encode()).hexdigest())


@given(st.text())
def test_only_the_write_token_allows_writes(other: str):
    _access().check(_request(authorization=f"Bearer {TOKEN}"))
    if f"Bearer {TOKEN}" != other.strip():
        with pytest.raises(Unauthorized):
            _access().check(_request(authorization=other))
        with pytest.raises(Unauthorized):
            _access().check(
                _request(authorization=f"Bearer {TOKEN}{other or '.'}".rstrip(" ") + ".")
            )


def test_open_writes_need_no_token():
    WriteAccess.from_settings("true", "").check(_request())


@pytest.mark.parametrize(
    ("open_writes", "digest"),
    [("yes", ""), ("True", ""), ("", ""), ("false", ""), ("false", "abc"), ("false", "g" * 64)],
)
def test_unclear_settings_raise_an_error_and_never_open_writes(open_writes: str, digest: str):
    with pytest.raises(ValueError, match=r"OPEN_WRITES|WRITE_TOKEN_SHA256|SHA-256"):
        WriteAccess.from_settings(open_writes, digest)


@pytest.mark.parametrize("setting", ["", " , ", "*,https://a.example"])
def test_unclear_origins_raise_an_error(setting: str):
    with pytest.raises(ValueError, match="CORS_ORIGINS"):
        parse_origins(setting)


def _preflight(cors: Cors, origin: str) -> Reply | None:
    headers = {"origin": origin, "access-control-request-method": "PUT"}
    request = Request(method="OPTIONS", path="/", headers=headers)
    reply = cors.preflight(request)
    return reply and cors.apply(request, reply)


def test_preflight_allows_a_listed_origin_and_no_other():
    cors = Cors(parse_origins("https://a.example, https://b.example"))
    listed, foreign = _preflight(cors, "https://b.example"), _preflight(cors, "https://c.example")

    assert listed
    assert foreign
    assert listed.headers["Access-Control-Allow-Origin"] == "https://b.example"
    assert listed.headers["Access-Control-Allow-Methods"] == ",".join(schema.CORS_METHODS)
    assert foreign.headers == {"Vary": "Origin"}
    assert (listed.status, foreign.status) == (204, 204)


def test_no_response_allows_credentials():
    for setting in ("*", "https://a.example"):
        reply = _preflight(Cors(parse_origins(setting)), "https://a.example")
        assert reply
        assert "access-control-allow-credentials" not in {name.lower() for name in reply.headers}


def test_importing_the_schema_loads_no_other_package():
    program = "import sys; old = {*sys.modules}; import blog.schema; print(*{*sys.modules} - old)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, check=True, capture_output=True, text=True
    )

    ours = {
        name
        for name in loaded.stdout.split()
        if name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert ours == {"blog", "blog.schema"}


def test_every_status_of_a_problem_has_one_title():
    def tree(kind: type[Problem]):
        yield kind
        for child in kind.__subclasses__():
            yield from tree(child)

    titles: dict[int, set[str]] = {}
    for kind in (kind for kind in tree(Problem) if kind.__module__ == Problem.__module__):
        titles.setdefault(kind.status, set()).add(kind.title)

    assert set(titles) == {400, 401, 404, 405, 409, 412, 413, 415, 422, 500, 503}
    assert all(len(names) == 1 for names in titles.values())
