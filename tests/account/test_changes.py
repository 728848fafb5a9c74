"""The account over time: edited settings, two stacks, and what a destroy leaves."""

import pytest

from tests.account.conftest import everything_on
from tests.account.deployment import Deployment
from tests.infra.variants import DEFAULTS

# What autoscaling makes by itself, here as in AWS; it goes with the policy.
SCALING_ALARM = "TargetTracking-"
ORIGIN = "https://a.example"


@pytest.fixture(scope="module")
def first(stacks, endpoint):
    return Deployment(stacks("first"), endpoint, DEFAULTS)


@pytest.fixture(scope="module")
def second(stacks, endpoint):
    return Deployment(stacks("second"), endpoint, everything_on(endpoint, "second.example.com"))


def memory(account, outputs):
    return {account.function(name)["MemorySize"] for name in outputs["FunctionNames"].values()}


def retention(account, outputs):
    return account.log_groups()[f"/aws/lambda/{outputs['FunctionNames']['GetBlog']}"]


def throttling(account, outputs):
    (stage,) = account.listed("apigatewayv2", "get_stages", "Items", ApiId=outputs["ApiId"])
    return stage["DefaultRouteSettings"]["ThrottlingRateLimit"]


def origins(account, outputs):
    api = account.client("apigatewayv2").get_api(ApiId=outputs["ApiId"])
    (container,) = account.task(outputs)["containerDefinitions"]
    (task,) = [one["value"] for one in container["environment"] if one["name"] == "CORS_ORIGINS"]
    return api["CorsConfiguration"]["AllowOrigins"], task


def most_tasks(account, outputs):
    targets = account.listed(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace="ecs",
    )
    own = f"service/{outputs['ClusterName']}/"
    return [one["MaxCapacity"] for one in targets if one["ResourceId"].startswith(own)]


EDITS = [
    ({"memorySize": "512"}, {"Function"}, memory, {512}),
    ({"logRetentionDays": "30"}, {"LogGroup"}, retention, 30),
    ({"throttlingRate": "10"}, {"Stage"}, throttling, 10),
    (
        {"corsOrigins": f'["{ORIGIN}"]'},
        {"Api", "TaskDefinition", "Service"},
        origins,
        ([ORIGIN], ORIGIN),
    ),
    ({"maxTasks": "9"}, {"Target"}, most_tasks, [9]),
    ({"maxTasks": "1"}, {"Target", "Policy"}, most_tasks, []),
]


def test_two_stacks_change_and_go_without_touching_each_other(account, first, second):
    before = inventory(account)
    first.up()
    alone = inventory(account)
    second.up()
    assert first.up() == second.up() == set()
    settings = {}
    for edit, changed, state, wanted in EDITS:
        settings |= edit
        assert first.up(**settings) == changed, edit
        assert state(account, first.outputs) == wanted, edit
    assert first.up() == set().union(*(changed for _, changed, _, _ in EDITS))
    second.up(deletionProtection="false")  # else the table stays, and the destroy stops there
    second.destroy()
    assert first.missing() == []
    assert counted(inventory(account)) == counted(alone)
    first.destroy()
    assert inventory(account) == before


def inventory(account):
    found = account.inventory()
    alarms = [name for name in found["alarms"] if not name.startswith(SCALING_ALARM)]
    return {**found, "alarms": alarms}


def counted(inventory):
    return {name: len(found) for name, found in inventory.items()}
