"""The OpenAPI document, and checks of responses against it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from lab.parity.case import Case
from lab.parity.messages import Response

PATH = Path(__file__).parents[2] / "blog" / "openapi.json"
DOCUMENT: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
_METHODS = {"get", "head", "post", "put", "delete", "options", "patch", "trace"}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """Return every documented operation by method and path template."""
    return {
        (method.upper(), path): operation
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    }


def operation_of(method: str, path: str) -> tuple[str, str] | None:
    """Return the operation of a request; None if the document only describes it in prose."""
    bare = path.partition("?")[0]
    is_blog = re.fullmatch("/blog/(?:<<[a-z-]+>>|[A-Za-z0-9._~-]+)", bare)
    key = (method, "/blog/{id}" if is_blog else bare)
    return key if key in operations() else None


def check(case: Case, response: Response) -> None:
    """Fail if the document does not describe *response*."""
    key = operation_of(case.method, case.path)
    if key:
        _check_operation(key, response)
    elif response.status and response.status >= 400:
        _validate({"$ref": "#/components/schemas/Problem"}, json.loads(response.body))


def _check_operation(key: tuple[str, str], response: Response) -> None:
    responses = operations()[key]["responses"]
    assert str(response.status) in responses, (key, response)
    documented = resolve(responses[str(response.status)])
    _check_headers(documented.get("headers", {}), response)
    media = documented.get("content", {})
    if not media:
        assert response.body == b""
        return
    media_type = response.headers["content-type"]
    assert media_type in media
    _validate(media[media_type]["schema"], json.loads(response.body))


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def _check_headers(declared: dict[str, Any], response: Response) -> None:
    for name, part in declared.items():
        header = resolve(part)
        value = response.headers.get(name.lower())
        assert value is not None or not header.get("required"), name
        if value is not None:
            _validate(header["schema"], value)


def _validate(schema: dict[str, Any], value: object) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)
