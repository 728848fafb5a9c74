"""The OpenAPI document is valid, agrees with the code, and the cases cover it."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from blog import routes, schema
from lab.parity import cases
from tests.contract import openapi

ALL_CASES = (*cases.CASES, *cases.WITHOUT_DATABASE, *cases.WITHOUT_TABLE)
SCHEMAS = openapi.DOCUMENT["components"]["schemas"]
PARAMETERS = openapi.DOCUMENT["components"]["parameters"]


def test_document_is_valid_openapi_3_1():
    assert openapi.DOCUMENT["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(openapi.DOCUMENT).validate()


def test_cases_cover_every_documented_status_of_every_operation():
    documented = {
        (*key, status)
        for key, operation in openapi.operations().items()
        for status in operation["responses"]
    }
    covered = {
        (*key, str(case.status))
        for case in ALL_CASES
        if (key := openapi.operation_of(case.method, case.path))
    }

    assert documented - covered == set()


def test_paths_and_methods_are_those_of_the_code():
    documented = set(openapi.operations())

    assert documented == {
        (method, route.template) for route in routes.ROUTES for method in route.methods
    }


def test_operation_ids_are_those_of_the_code():
    for (method, path), documented in openapi.operations().items():
        if method not in {"HEAD", "OPTIONS"}:
            route, _ = routes.find(path.replace("{id}", "an-id"))
            assert route.operation(method).value == documented["operationId"]


@pytest.mark.parametrize("name", ["Blog", "Summary", "NewBlog", "ChangedBlog"])
def test_limits_of_a_blog_are_those_of_the_schema(name: str):
    properties = SCHEMAS[name]["properties"]

    assert properties["title"]["maxLength"] == schema.MAX_TITLE_CHARACTERS
    assert properties["author"]["maxLength"] == schema.MAX_AUTHOR_CHARACTERS
    if "contents" in properties:
        assert properties["contents"]["x-max-bytes"] == schema.MAX_CONTENTS_BYTES
        assert f"{schema.MAX_CONTENTS_BYTES:,}" in properties["contents"]["description"]


def test_limits_of_a_request_are_those_of_the_schema():
    limit = PARAMETERS["limit"]["schema"]
    bodies = [
        operation["requestBody"]["x-max-bytes"]
        for operation in openapi.operations().values()
        if "requestBody" in operation
    ]
    prose = openapi.DOCUMENT["info"]["description"]

    assert bodies == [schema.MAX_BODY_BYTES] * 2
    assert (limit["minimum"], limit["maximum"]) == (schema.MIN_LIMIT, schema.MAX_LIMIT)
    assert limit["default"] == schema.DEFAULT_LIMIT
    assert f"at most {schema.MAX_BODY_BYTES} bytes" in prose.lower()
    assert f"at most {schema.MAX_JSON_DEPTH} levels" in prose
    for listed in (schema.CORS_METHODS, schema.CORS_HEADERS, schema.CORS_EXPOSED_HEADERS):
        assert ", ".join(listed) in prose


def test_every_response_to_a_read_documents_cache_control():
    for (method, _), operation in openapi.operations().items():
        for response in operation["responses"].values():
            read = method in {"GET", "HEAD"}
            assert not read or "Cache-Control" in openapi.resolve(response)["headers"]


def test_titles_have_no_pattern_that_could_differ_from_the_code():
    assert not any(
        "pattern" in SCHEMAS[name]["properties"]["title"] for name in ("Blog", "NewBlog")
    )


def test_pattern_of_ids_is_that_of_the_schema():
    pattern = PARAMETERS["id"]["schema"]["pattern"]

    assert pattern == f"^{schema.ID_PATTERN}$"
    assert re.fullmatch(pattern, "a" * schema.MAX_ID_CHARACTERS)
    assert not re.fullmatch(pattern, "a" * (schema.MAX_ID_CHARACTERS + 1))


def test_names_of_cases_are_unique():
    names = [case.name for case in ALL_CASES]

    assert len(set(names)) == len(names)
