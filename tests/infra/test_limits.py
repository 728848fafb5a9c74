"""AWS's own limits, which neither the SDK's types nor an emulator know."""

import json
from dataclasses import replace

import pytest

from tests.infra.cloudformation import TRANSLATIONS, complaints

FUNCTION = "functions-GetBlog-function"
TASK = "containers-task"


def test_what_is_declared_is_within_the_limits(variant):
    assert complaints(variant.resources) == []


def test_the_limits_are_asked_about_what_matters(deployed):
    asked = {one.kind for one in deployed.resources} & TRANSLATIONS.keys()

    assert len(asked) >= 12


def test_what_the_translation_does_not_know_is_refused(deployed):
    function = changed(deployed, FUNCTION, reservedThings=1)

    assert [line.partition(" ")[2][:5] for line in complaints([function])] == ["E3002"]


def changed(program, name, **inputs):
    declared = program.called(name)
    return replace(declared, inputs={**declared.inputs, **inputs})


def with_period(program, period):
    declared = program.called("monitoring-api-5xx")
    total, query = declared.inputs["metricQueries"]
    return changed(
        program,
        declared.name,
        metricQueries=[total, {**query, "metric": {**query["metric"], "period": period}}],
    )


def with_action(program, action):
    declared = program.called("functions-GetBlog-data-policy")
    document = json.loads(declared.inputs["policy"])
    document["Statement"][0]["Action"] = [action]
    return changed(program, declared.name, policy=json.dumps(document))


MISTAKES = {
    "time-out": ("E3717", lambda program: changed(program, FUNCTION, timeout=901)),
    "memory": ("E3034", lambda program: changed(program, FUNCTION, memorySize=64)),
    "runtime": ("E3030", lambda program: changed(program, FUNCTION, runtime="python3.99")),
    "retention": ("E3030", lambda program: changed(program, "containers-log", retentionInDays=15)),
    "period": ("E3615", lambda program: with_period(program, 7)),
    "size": ("E3047", lambda program: changed(program, TASK, memory="4096")),
    "action": ("W3037", lambda program: with_action(program, "dynamodb:GetItems")),
    "key": ("E3039", lambda program: changed(program, "blogs", hashKey="ident")),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_value_beyond_a_limit_is_found(deployed, mistake):
    rule, make = MISTAKES[mistake]
    broken = make(deployed)

    found = complaints([broken])

    assert {line.split()[1] for line in found} == {rule}
    assert {line.split(":")[0] for line in found} == {broken.name}
