"""Limits of AWS that neither the types of the SDK nor an emulator know."""

import json
from dataclasses import replace

from tests.infra.cloudformation import TRANSLATIONS, findings

TASK = "containers-task"


def test_declarations_are_within_aws_limits(variant):
    assert findings(variant.resources) == []


def test_limits_are_checked_for_twelve_types(deployed):
    asked = {one.type_ for one in deployed.resources} & TRANSLATIONS.keys()

    assert len(asked) >= 12


def function(program, name, **inputs):
    return changed(program, f"functions-{name}-function", **inputs)


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
    "time-out": ("E3717", lambda program: function(program, "GetBlog", timeout=901)),
    "memory": ("E3034", lambda program: function(program, "GetBlogs", memorySize=64)),
    "runtime": ("E3030", lambda program: function(program, "PostBlog", runtime="python3.99")),
    "retention": ("E3030", lambda program: changed(program, "containers-log", retentionInDays=15)),
    "period": ("E3615", lambda program: with_period(program, 7)),
    "size": ("E3047", lambda program: changed(program, TASK, memory="4096")),
    "action": ("W3037", lambda program: with_action(program, "dynamodb:GetItems")),
    "key": ("E3039", lambda program: changed(program, "blogs", hashKey="ident")),
    "untranslated": ("E3002", lambda program: function(program, "PutBlog", reservedThings=1)),
}


def test_each_value_beyond_a_limit_is_found(deployed):
    broken = [replace(make(deployed), name=mistake) for mistake, (_, make) in MISTAKES.items()]

    found = {tuple(line.replace(":", "").split()[:2]) for line in findings(broken)}

    assert found == {(mistake, rule) for mistake, (rule, _) in MISTAKES.items()}
