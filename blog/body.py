"""Parse request bodies: size, media type, strict JSON."""

from __future__ import annotations

import json
import re
from typing import Final

from blog import schema
from blog.errors import BadRequest, BodyTooLarge, InvalidField, UnsupportedMedia
from blog.http import Request

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a grammar's name, not a secret
_QUOTED: Final = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\U0010ffff]|\\[\t \x21-\x7e])*+"'
_PARAMETER: Final = re.compile(rf"[ \t]*;[ \t]*(?:({_TOKEN})=({_TOKEN}|{_QUOTED}))?")
_JSON_TYPE: Final = re.compile(rf"application/(?:json|{_TOKEN}\+json)", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)

# A whole string (an unterminated one extends to the end) or one bracket; takes linear time.
_JSON_PART: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


class Number:
    """A placeholder for any number: no field of a blog is numeric.

    Not computing the value avoids the cost and the interpreter's limits of huge numbers.
    """


def read_object(request: Request) -> dict[str, object]:
    """Return the body of *request* as a JSON object; raise the first Problem found."""
    body = request.read_body(schema.MAX_BODY_BYTES)
    if len(body) > schema.MAX_BODY_BYTES:
        raise BodyTooLarge
    _check_media_type(request)
    value = _parse(body)
    if not isinstance(value, dict):
        raise InvalidField("The body must be a JSON object with title, author and contents.")
    return value


def _check_media_type(request: Request) -> None:
    if request.headers.get("content-encoding", "").strip().lower() not in {"", "identity"}:
        raise UnsupportedMedia("The body must not be encoded. Omit the header Content-Encoding.")
    if not _is_json(request.headers.get("content-type", "").strip(" \t")):
        raise UnsupportedMedia(
            "The Content-Type must be application/json or application/*+json, in UTF-8."
        )


def _is_json(content_type: str) -> bool:
    media_type = _JSON_TYPE.match(content_type)
    if not media_type:
        return False
    end = media_type.end()
    while parameter := _PARAMETER.match(content_type, end):
        name, value = parameter.groups()
        if name and name.lower() == "charset" and _unquoted(value).lower() != "utf-8":
            return False
        end = parameter.end()
    return end == len(content_type)


def _unquoted(value: str) -> str:
    return _ESCAPED.sub(r"\1", value[1:-1]) if value.startswith('"') else value


def _parse(body: bytes) -> object:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest("The body is not valid UTF-8.") from error
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_reject_constant,
        )
    except ValueError as error:
        raise BadRequest(
            "The body is not valid JSON (RFC 8259, without a byte order mark)."
        ) from error


def _check_depth(text: str) -> None:
    depth = 0
    for part in _JSON_PART.finditer(text):
        bracket = part[0]
        depth += (bracket in {"[", "{"}) - (bracket in {"]", "}"})
        if depth > schema.MAX_JSON_DEPTH:
            raise BadRequest(f"The body is nested more than {schema.MAX_JSON_DEPTH} levels deep.")


def _number(_digits: str) -> Number:
    return Number()


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not valid JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise BadRequest("An object in the body has two members of the same name.")
    return members
