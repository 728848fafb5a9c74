"""Both backends respond to every case as expected, as documented, and in the same way."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.contract import cases, openapi
from tests.contract.case import Case
from tests.contract.checks import check_case, comparable
from tests.contract.conftest import Backends


def _parametrized(checked: Iterable[Case]):
    return pytest.mark.parametrize("case", checked, ids=lambda case: case.name)


@_parametrized(cases.CASES)
def test_responses_are_the_same_and_as_documented(backends: Backends, case: Case):
    _check_both(backends, case)


@_parametrized(cases.WITHOUT_DATABASE)
def test_responses_without_a_database_are_the_same(without_database: Backends, case: Case):
    _check_both(without_database, case)


@_parametrized(cases.WITHOUT_TABLE)
def test_responses_hide_unexpected_errors(without_table: Backends, case: Case):
    _check_both(without_table, case)


def _check_both(backends: Backends, case: Case) -> None:
    checked = [backend for backend in backends if not backend.exempts(case)]
    if not checked:
        pytest.skip("in this environment, no backend responds to this itself: docs/parity.md")
    responses = [check_case(backend, case) for backend in checked]

    for response in responses:
        key = openapi.operation_of(case.method, case.path)
        if key:
            openapi.check(key, response)
        elif response.status >= 400:
            openapi.check_problem(response)
    cors = not any("cors-headers" in backend.exceptions for backend in checked)
    first, *others = [comparable(response, cors=cors) for response in responses]
    assert others in ([], [first])
