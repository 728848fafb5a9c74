"""The programs for deployed stacks, in the emulated account."""

import boto3
import pytest

from tests.account.conftest import PLAIN, RICH
from tests.scripts.programs import program

left_behind = program("left_behind")
function_versions = program("function_versions")
URN = "urn:pulumi:rich::aws-blog-demo::x::y"


@pytest.fixture
def session(endpoint, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return boto3.Session(region_name="eu-west-1")


def state(deployment):
    """Return the resources of a deployment as `pulumi stack export` shows them."""
    return [
        {
            "urn": URN,
            "type": one.type_,
            "custom": one.custom,
            "id": one.outcome.id,
            "outputs": one.outcome.outputs,
        }
        for one in deployment.made()
    ]


def test_everything_that_is_left_is_found(session, deployments, both_up):
    resources = state(deployments[RICH])
    found = left_behind.find_names(session, left_behind.names(resources))
    lists = {service for service, *_ in left_behind.LISTS}

    assert {line.partition(" ")[0] for line in found} == lists
    assert f"lambda {both_up[RICH]['FunctionNames']['GetBlog']}" in found
    assert not [line for line in found if both_up[PLAIN]["ClusterName"] in line]
    tagged = left_behind.find_tagged(session, left_behind.tags(resources))
    assert tagged
    assert not [arn for arn in tagged if "blog-plain" in arn]


def test_nothing_is_found_after_a_stack_that_left_nothing(session, both_up):
    names = {"blog-gone-GetBlog", "arn:aws:ecs:eu-west-1:123456789012:cluster/gone"}

    assert left_behind.find_names(session, names) == []
    assert left_behind.find_tagged(session, {"project": "aws-blog-demo", "stack": "gone"}) == []
    assert left_behind.find_tagged(session, {}) == []


class FakeStack:
    """A stack that `pulumi` knows, with one function."""

    def __init__(self, session, function):
        self._session, self._function = session, function

    def outputs(self):
        return {"FunctionNames": {"GetBlog": self._function}}

    def session(self):
        return self._session


def test_old_versions_are_listed_and_deleted_only_if_asked(session, both_up, capsys):
    name = both_up[RICH]["FunctionNames"]["GetBlog"]
    functions = session.client("lambda")
    used = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    newer = []
    for number in range(3):
        functions.update_function_configuration(FunctionName=name, Description=str(number))
        newer.append(functions.publish_version(FunctionName=name)["Version"])
    stack = FakeStack(session, name)

    def versions():
        listed = functions.list_versions_by_function(FunctionName=name)["Versions"]
        return {one["Version"] for one in listed} - {"$LATEST"}

    assert function_versions.tidy(stack, 1, delete=False) == 0
    assert versions() == {used, *newer}
    assert f"would delete {name}:{newer[0]}" in capsys.readouterr().out
    function_versions.tidy(stack, 1, delete=True)
    assert versions() == {used, newer[-1]}
    functions.delete_function(FunctionName=name, Qualifier=newer[-1])
