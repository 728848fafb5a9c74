"""The logic of `make aws-check`, without processes."""

import argparse
import itertools
import json
import sys

import pytest

from tests.scripts.programs import program

aws_check = program("aws_check")
steps = sys.modules["check_steps"]
Finished = sys.modules["deployed_stack"].Finished
Step, StepFailed, NotProven = steps.Step, steps.StepFailed, steps.NotProven
LOST = "lost"


def failing(error):
    def act(*_):
        raise error

    return act


def performed(*acts, clean_up=()):
    """Return the outcome of each step; the clock shows one second more at each look."""
    ticks = itertools.count()
    results = steps.perform(acts, clean_up, lambda: next(ticks))
    return {one.title: one.outcome for one in results}


class FakeRun:
    """Runs commands: records them, and answers with the *results* of their beginnings."""

    def __init__(self, **results):
        self.commands = []
        self._results = results

    def __call__(self, command, *, shown=True, variables=None):
        words = command[1 : command.index("--stack")]
        self.commands.append(words)
        usual = self._results.get(words[0], Finished(0, "{}"))
        return self._results.get("_".join(words[:2]), usual)


def stack(**results):
    fake = FakeRun(**results)
    return aws_check.Stack("pulumi", "check", fake), fake


def test_failed_required_step_skips_the_others_but_never_the_clean_up():
    outcomes = performed(
        Step("one", lambda: ""),
        Step("two", failing(StepFailed(LOST)), is_required=True),
        Step("three", lambda: ""),
        clean_up=[Step("destroy", lambda: "")],
    )

    assert outcomes == {"one": "passed", "two": "failed", "three": "not run", "destroy": "passed"}


def test_other_failures_skip_nothing():
    outcomes = performed(
        Step("one", failing(StepFailed(LOST))),
        Step("two", failing(NotProven("no account")), is_required=True),
        Step("three", lambda: ""),
    )

    assert outcomes == {"one": "failed", "two": "not proven", "three": "passed"}


def test_interrupt_skips_to_the_clean_up():
    outcomes = performed(
        Step("contract", failing(KeyboardInterrupt())),
        Step("failing deployment", lambda: ""),
        clean_up=[Step("destroy", lambda: "")],
    )

    expected = {"contract": "interrupted", "failing deployment": "not run", "destroy": "passed"}
    assert outcomes == expected


@pytest.mark.parametrize("error", [KeyError("x"), OSError("x")])
def test_unexpected_error_still_destroys_the_stack(error):
    outcomes = performed(
        Step("deploy", failing(error), is_required=True),
        Step("check", lambda: ""),
        clean_up=[Step("destroy", lambda: "")],
    )

    assert outcomes == {"deploy": "failed", "check": "not run", "destroy": "passed"}


def test_stack_that_exists_is_refused_and_not_changed():
    existing, run = stack(stack_init=Finished(255, "error: stack 'check' already exists"))

    with pytest.raises(aws_check.StackError, match="--existing"):
        aws_check.create(existing, exists=False)
    assert run.commands == [["stack", "init"]]


def test_stack_that_does_not_exist_is_refused_with_existing():
    missing, run = stack(stack=Finished(255, ""))

    with pytest.raises(aws_check.StackError, match="Leave out OPTIONS=--existing"):
        aws_check.create(missing, exists=True)
    assert run.commands == [["stack"]]


@pytest.mark.parametrize(("answer", "expected"), [("check", True), ("y", False), ("", False)])
def test_only_the_name_of_the_stack_confirms(answer, expected):
    assert aws_check.confirmed("check", lambda _: answer) is expected


def test_without_a_terminal_nothing_is_confirmed():
    assert not aws_check.confirmed("check", failing(EOFError()))


@pytest.mark.parametrize("name", ["", "a b", "--yes"])
def test_invalid_name_of_a_stack_is_refused(name):
    with pytest.raises(argparse.ArgumentTypeError, match="STACK=NAME"):
        aws_check.stack_name(name)


@pytest.mark.parametrize("name", ["check", "me/aws-blog-demo/check", "v1.2_b"])
def test_stack_names_of_pulumi_are_accepted(name):
    assert aws_check.stack_name(name) == name


def test_report_lists_what_was_not_proven():
    results = [
        steps.Result("Deploy", "passed", 61.4, "99 resources"),
        steps.Result(
            "Contract at both URLs", "not proven", 0, "emulated | here\nfunctions: `a`: failed"
        ),
    ]

    text = steps.report("check", "account 1, region eu-west-1", results)

    assert "| Deploy | passed | 61 | 99 resources |\n" in text
    assert "| Contract at both URLs | not proven | 0 | emulated / here |\n" in text
    assert "\nNot proven: Contract at both URLs.\n" in text
    assert text.endswith("\n## Contract at both URLs\n\n- functions: `a`: failed\n")


class Account:
    """An account whose service runs *running*, in whose family *newest* was registered last."""

    def __init__(self, running, newest):
        self._running, self._newest = running, newest

    def client(self, service):
        assert service == "ecs"
        return self

    def describe_services(self, **_):
        return {"services": [{"taskDefinition": next(self._running)}]}

    def describe_task_definition(self, taskDefinition):  # noqa: N803  # the name in boto3
        image = self._newest if taskDefinition == "family" else "first"
        described = {"status": "ACTIVE", "containerDefinitions": [{"image": image}]}
        return {"taskDefinition": described}


def failing_deployment(up, running=("family:1",), newest=aws_check.NO_IMAGE):
    """Return the step's text, or its error, and the commands."""
    outputs = Finished(0, '{"ClusterName": "cluster", "ServiceName": "service"}')
    fake = FakeRun(up=up, stack_output=outputs, config_get=Finished(255, ""))
    account = Account(itertools.chain(running, itertools.repeat(running[-1])), newest)
    check = aws_check.Check(aws_check.Stack("pulumi", "check", fake), account)
    (step,) = [one for one in check.steps() if one.title == "Failing deployment"]
    try:
        return step.act(), fake.commands
    except StepFailed as error:
        return str(error), fake.commands


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"up": Finished(255, "")}, "pulumi up failed, and family:1 still runs"),
        ({"up": Finished(0, "")}, "pulumi up reported success, but the image does not exist"),
        (
            {"up": Finished(255, ""), "newest": "first"},
            "pulumi up failed before it deployed the image",
        ),
        (
            {"up": Finished(255, ""), "running": ("family:1", "family:1", "family:2")},
            "the service runs family:2, not family:1 as before",
        ),
    ],
)
def test_failing_deployment_passes_only_if_the_old_tasks_run_on(monkeypatch, arguments, expected):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    text, commands = failing_deployment(**arguments)

    assert text == expected
    assert ["config", "rm", "dockerImage"] in commands


def parity(**changes):
    found = {"sent": 9, "left_out": 0, "same": True, "differences": [], "undocumented": []}
    return aws_check.parity_detail(Finished(0, json.dumps({**found, "not_deleted": [], **changes})))


def difference(explanation):
    values = {"functions": "a \n b", "containers": "none", "explanation": explanation}
    return {"request": "GET", "part": "body", **values}


def test_explained_differences_are_listed_and_pass():
    detail = parity(differences=[difference({"name": "server"})])

    assert detail == (
        "9 requests to each backend, 0 left out\n"
        "GET: body: functions a b, containers none (docs/parity.md: server)"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"same": False, "differences": [difference(None)]},
        {"left_out": 3},
        {"not_deleted": ["a"]},
        {"undocumented": [{"request": "a", "part": "b", "found": "c", "expected": "d"}]},
    ],
)
def test_other_findings_of_parity_fail(changes):
    with pytest.raises(StepFailed):
        parity(**changes)


def test_parity_without_a_result_fails_with_its_status():
    with pytest.raises(StepFailed, match="status 3"):
        aws_check.parity_detail(Finished(3, ""))
