"""Both backends respond to every case as expected, as documented, and in the same way."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from lab.parity import cases
from lab.parity.case import Case
from lab.parity.comparison import parts
from lab.parity.run import ParityRun
from tests.contract import openapi
from tests.contract.checks import check_case
from tests.contract.conftest import Backends

# What the gateway adds to a response, or changes.
BY_GATEWAY = ("access-control-", "vary", "content-length")


def _parametrized(checked: Iterable[Case]):
    return pytest.mark.parametrize("case", checked, ids=lambda case: case.name)


@_parametrized(cases.API)
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
    exchanges = [check_case(backend, case) for backend in checked]

    for exchange in exchanges:
        openapi.check(case, exchange.response)
    found = [
        {
            name: value
            for name, value in parts(case, exchange).items()
            if not name.startswith(BY_GATEWAY)
        }
        for exchange in exchanges
    ]
    assert found[1:] in ([], found[:1])


@_parametrized(cases.CASES)
def test_backends_of_a_local_cloud_respond_as_documented(parity_run: ParityRun, case: Case):
    found = parity_run.findings[case.name]

    assert [one for one in found.differences if one.explanation is None] == []
    assert found.undocumented == ()
    for exchange in parity_run.exchanges[case.name].values():
        if not case.exceptions:
            openapi.check(case, exchange.response)


def test_a_local_cloud_keeps_no_blog_of_the_cases(parity_run: ParityRun):
    assert all(session.created == set() for session in parity_run.sessions.values())
    assert parity_run.unknown == 0
