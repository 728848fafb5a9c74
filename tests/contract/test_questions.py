"""The table of questions, asked of both backends and compared."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.contract import openapi, questions
from tests.contract.asking import ask, comparable
from tests.contract.conftest import Pair
from tests.contract.question import Question


def _parametrized(asked: Iterable[Question]):
    return pytest.mark.parametrize("question", asked, ids=lambda question: question.name)


@_parametrized(questions.QUESTIONS)
def test_both_backends_answer_alike_and_as_documented(backends: Pair, question: Question):
    _ask_both(backends, question)


@_parametrized(questions.WITHOUT_DATABASE)
def test_both_backends_answer_alike_without_a_database(without_database: Pair, question: Question):
    _ask_both(without_database, question)


@_parametrized(questions.WITHOUT_TABLE)
def test_both_backends_hide_what_nobody_expected(without_table: Pair, question: Question):
    _ask_both(without_table, question)


def _ask_both(pair: Pair, question: Question) -> None:
    asked = [backend for backend in pair if not backend.excuses(question)]
    if not asked:
        pytest.skip("what stands in front answers this by itself on both sides: docs/parity.md")
    answers = [ask(backend, question) for backend in asked]

    for answer in answers:
        key = openapi.operation_of(question.method, question.path)
        if key:
            openapi.check(key, answer)
        elif answer.status >= 400:
            openapi.check_problem(answer)
    cors = not any("cors-headers" in backend.exceptions for backend in asked)
    first, *others = [comparable(answer, cors=cors) for answer in answers]
    assert others in ([], [first])
