"""The OpenAPI document, and answers held against it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.contract.clients import Answer

PATH = Path(__file__).parents[2] / "blog" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
_METHODS = {"get", "head", "post", "put", "delete", "options", "patch", "trace"}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Every documented operation, by method and path template."""
    return {
        (method.upper(), path): operation
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    }


def operation_of(method: str, path: str) -> tuple[str, str] | None:
    """Find the operation behind a request; None for what the document leaves to its prose."""
    bare = path.partition("?")[0]
    is_blog = re.fullmatch("/blog/(?:<<[a-z-]+>>|[A-Za-z0-9._~-]+)", bare)
    key = (method, "/blog/{id}" if is_blog else bare)
    return key if key in operations() else None


def check(key: tuple[str, str], answer: Answer) -> None:
    """Fail when *answer* is not one that the document describes."""
    responses = operations()[key]["responses"]
    assert str(answer.status) in responses, (key, answer)
    response = resolve(responses[str(answer.status)])
    _check_headers(response.get("headers", {}), answer)
    media = response.get("content", {})
    if not media:
        assert answer.body == b""
        return
    kind = answer.headers["content-type"]
    assert kind in media
    _validate(media[kind]["schema"], json.loads(answer.body))


def check_problem(answer: Answer) -> None:
    """Fail when *answer* is no problem as the document describes it."""
    _validate({"$ref": "#/components/schemas/Problem"}, json.loads(answer.body))


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _check_headers(declared: dict[str, Any], answer: Answer) -> None:
    for name, part in declared.items():
        header = resolve(part)
        value = answer.headers.get(name.lower())
        assert value is not None or not header.get("required"), name
        if value is not None:
            _validate(header["schema"], value)


def _validate(schema: dict[str, Any], value: object) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)
