"""Plan files: what is written can be read, and a damaged file is refused with its line."""

import json

import pytest

from lab import plan_file
from lab.plan import Operation, Order, PlanSettings
from lab.plan_file import PlanFileError
from lab.plan_maker import make_plan

PLAN = make_plan(
    PlanSettings(
        run_id="r1",
        seed=7,
        rate=1,
        duration_s=1,
        mix={Operation.READ: 3, Operation.EDIT: 1},
        order=Order.RAMP,
        ramp=(1.5, 3.0),
    )
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.jsonl"
    plan_file.write(PLAN, path)
    return path


def change(file, line, values):
    lines = file.read_text().splitlines()
    lines[line - 1] = json.dumps({**json.loads(lines[line - 1]), **values})
    file.write_text("\n".join(lines))


def test_a_plan_survives_the_file(file):
    assert plan_file.read(file) == PLAN


def test_each_request_is_one_line(file):
    first, *others = map(json.loads, file.read_text().splitlines())

    assert first["version"] == 1
    assert [each["number"] for each in others] == list(range(len(PLAN.requests)))


def test_a_truncated_file_is_refused(file):
    lines = file.read_text().splitlines()
    file.write_text("\n".join(lines[:-2]))
    with pytest.raises(PlanFileError, match=r"plan.jsonl has \d+ requests instead of \d+: the fil"):
        plan_file.read(file)

    file.write_text("\n".join(lines)[:-9])
    with pytest.raises(PlanFileError, match=f"line {len(lines)} is not JSON"):
        plan_file.read(file)


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00", "[" * 100_000])
def test_a_file_of_another_kind_is_refused(file, text):
    file.write_text(text)
    with pytest.raises(PlanFileError, match=r"plan\.jsonl"):
        plan_file.read(file)


def test_a_binary_file_is_refused(file):
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlanFileError, match="not UTF-8"):
        plan_file.read(file)


@pytest.mark.parametrize(
    ("line", "values", "message"),
    [
        (1, {"version": 2}, "has version 2 of the format. This program reads version 1"),
        (1, {"format": "other"}, "is not a plan"),
        (1, {"settings": {"rate": 1}}, "line 1 has an invalid settings: 'mix' is missing"),
        (1, {"slots": [{"backends": ["x"]}]}, "line 1 has an invalid slots: 'x' is not a valid"),
        (3, {"number": 0}, "line 3: request 0 is also in line 2"),
        (3, {"operation": "patch"}, "line 3 has an invalid request: 'patch' is not a valid"),
        (3, {"id": "../x"}, "line 3 has an invalid request: id"),
        (3, {"number": "x"}, "line 3 has an invalid request"),
        (3, {"after": 999}, "line 3: no earlier line has request 999"),
    ],
)
def test_an_invalid_line_is_named(file, line, values, message):
    change(file, line, values)
    with pytest.raises(PlanFileError, match=message):
        plan_file.read(file)
