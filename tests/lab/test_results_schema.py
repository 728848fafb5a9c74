import json

import jsonschema
import pytest

from lab import results_file
from lab.analysis import analyse
from lab.plan import Order
from lab.rows import ErrorClass, Outcome
from tests.lab import results_schema
from tests.lab.build import drawn_run, failed, results, row, run, settings

SCHEMA = json.loads(results_schema.FILE.read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def written(given):
    return json.loads(as_text(given))


def as_text(given):
    return results_file.dumps(given, analyse(given))


def test_the_schema_is_that_of_the_types():
    assert results_schema.FILE.read_text("utf-8") == results_schema.as_text(), (
        "run `python -m tests.lab.results_schema`"
    )


def test_the_schema_is_a_valid_schema():
    VALIDATOR.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "make",
    [
        lambda: results(drawn_run(cold_share=0.02, planned=settings(duration_s=60.0))),
        lambda: results(run()),
        lambda: results(
            run([row(), failed(1, error=ErrorClass.DNS), failed(2, outcome=Outcome.DROPPED)]),
            run(),
        ),
        lambda: results(
            drawn_run(planned=settings(order=Order.RAMP, ramp=(20.0, 40.0), slot_s=5.0)),
            target="p95<200ms",
            strict=True,
        ),
        lambda: results(drawn_run(planned=settings(order=Order.BURST, burst=20))),
        lambda: results(drawn_run(planned=settings(order=Order.PARALLEL, duration_s=10.0))),
    ],
    ids=["comparison", "no request", "failures", "ramp", "burst", "parallel"],
)
def test_what_is_written_has_the_schema(make):
    results_schema.validate(written(make()))


@pytest.fixture(scope="module")
def comparison():
    text = as_text(results(drawn_run(planned=settings(rate=5.0))))
    assert VALIDATOR.is_valid(json.loads(text))
    return text


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.pop("summary"),
        lambda it: it.update(schema=2),
        lambda it: it["runs"][0]["rows"].pop("end_s"),
        lambda it: it["runs"][0]["rows"]["outcome"].append("lost"),
        lambda it: it["summary"]["blocks"].update(count="6"),
        lambda it: it["summary"]["backends"].update(other={}),
        lambda it: it["runs"][0]["environment"].update(token="secret"),
    ],
)
def test_the_schema_refuses_another_form(comparison, change):
    content = json.loads(comparison)
    change(content)

    assert not VALIDATOR.is_valid(content)
