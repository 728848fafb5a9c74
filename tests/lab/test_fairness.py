"""The sentences on what makes a comparison unfair."""

from __future__ import annotations

import pytest

from lab.backends import Backend
from lab.fairness import known_after, known_before, of_quota
from lab.plan import Operation, Order
from lab.rows import Outcome, Row

HTTP = {Backend.FUNCTIONS: "http://f.example", Backend.CONTAINERS: "http://c.example"}
ONE_TLS = {**HTTP, Backend.FUNCTIONS: "https://f.example"}


def rows(backend, count, **fields):
    base = {"operation": Operation.READ, "slot": 0, "planned_s": 0, "sent_s": 0}
    base["outcome"] = Outcome.OK
    return [Row(number=n, backend=backend, **(base | fields)) for n in range(count)]


def subjects(notes):
    return [note.partition(":")[0] for note in notes]


def test_tls_on_one_side_and_unequal_cpu_are_named():
    outputs = {"FunctionMemory": 256, "TaskVCPU": 0.25}

    notes = known_before(ONE_TLS, outputs, Order.ABBA, is_local=False)

    assert subjects(notes) == ["TLS", "CPU", "Order"]
    assert "0.14 vCPU, a task 0.25" in notes[1]


def test_a_note_of_the_stack_replaces_the_same_note_of_the_lab():
    outputs = {"ComparisonNotes": ["TLS: set a certificate.", "Zones: one."]}

    notes = known_before(ONE_TLS, outputs, Order.ABBA, is_local=False)

    assert notes[:2] == outputs["ComparisonNotes"]
    assert subjects(notes) == ["TLS", "Zones", "Order"]


def test_equal_backends_have_only_the_note_on_the_order():
    outputs = {"FunctionMemory": 442, "TaskVCPU": 0.25, "ComparisonNotes": "not a list"}

    assert subjects(known_before(HTTP, outputs, Order.RAMP, is_local=False)) == ["Order"]


@pytest.mark.parametrize(
    ("order", "is_local", "words"),
    [
        (Order.ABBA, True, "share this machine"),
        (Order.ABBA, False, "half the rate"),
        (Order.PARALLEL, True, "compete for its CPU"),
        (Order.PARALLEL, False, "see the full rate"),
    ],
)
def test_the_order_is_given_with_its_reason(order, is_local, words):
    assert words in known_before(HTTP, {}, order, is_local=is_local)[-1]


def test_unequal_connections_a_single_task_and_throttles_are_named():
    log = [
        *rows(Backend.FUNCTIONS, 50, new_connection=True, outcome=Outcome.THROTTLED),
        *rows(Backend.CONTAINERS, 50, served_by="task/1"),
    ]

    notes = known_after(log)

    assert subjects(notes) == ["Connections", "Tasks", "Throttles"]
    assert "functions 100 %, containers 0 %" in notes[0]
    assert "50 requests to functions" in notes[2]


@pytest.mark.parametrize(
    ("quota", "words"), [(None, "is not known"), (10, "at most 10 functions"), (1_000, "")]
)
def test_a_small_or_unknown_quota_is_named(quota, words):
    notes = of_quota(quota)

    assert bool(notes) is bool(words)
    assert words in "".join(notes)


def test_two_tasks_and_equal_connections_need_no_note():
    log = [
        *rows(Backend.FUNCTIONS, 10),
        *rows(Backend.CONTAINERS, 5, served_by="task/1"),
        *rows(Backend.CONTAINERS, 5, served_by="task/2"),
    ]

    assert known_after(log) == []


def test_too_few_requests_need_no_note_on_their_connections():
    log = [*rows(Backend.FUNCTIONS, 49, new_connection=True), *rows(Backend.CONTAINERS, 50)]

    assert known_after(log) == []
    assert known_after(log[:49]) == []
