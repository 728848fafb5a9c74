"""The form of the lab."""

from __future__ import annotations

import pytest

from lab import mix
from lab.plan_maker import make_plan
from lab.summary import QUANTILES
from tui.state.lab_form import DEFAULTS, LabForm


def form(**values):
    return LabForm.of(DEFAULTS | values, seed=1)


def test_the_defaults_are_a_minute_of_load():
    settings = form().settings

    assert settings is not None
    assert (settings.duration_s, settings.repeat) == (60, 1)
    assert settings.operations == mix.parse(mix.DEFAULT)


def test_the_defaults_have_enough_blocks_and_requests_for_an_interval_at_p99():
    settings = form().settings
    plan = make_plan(settings.plan_settings("lab-test", 0))
    counted = [request for request in plan.requests if request.slot >= 0]
    cycles = len(plan.slots) / 4
    each = len(counted) / 2 / cycles

    assert cycles >= 6
    assert each * (1 - QUANTILES["p99"]) >= 1


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"rate": "fast"}, {"rate": "not a number, such as 25"}),
        ({"rate": "0"}, {"rate": "at least 0.1"}),
        ({"rate": "1e4"}, {"rate": "at most 200"}),
        ({"duration": "9"}, {"duration": "at least 10"}),
        ({"duration": "2h"}, {"duration": "not a number, such as 60"}),
        ({"mix": "read=0"}, {"mix": "all weights of the mix are 0"}),
    ],
)
def test_a_field_that_is_not_valid_has_a_reason(values, problems):
    assert form(**values) == LabForm(settings=None, problems=problems)


def test_every_problem_is_reported():
    assert set(form(rate="", duration="", mix="").problems) == {"rate", "duration", "mix"}
