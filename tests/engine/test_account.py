"""The whole program through the real engine, in an emulated account."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.account.conftest import endpoint as endpoint  # noqa: PLC0414  # a fixture, shared
from tests.account.queries import AccountQueries
from tests.engine.account import deployable
from tests.engine.earlier import RECORD, earlier_project
from tests.running import edit, project_copy

pytestmark = pytest.mark.story
SETTINGS = {"aws:region": "eu-west-1", "bytecode": "none"}
FUNCTIONS = {f"functions-{name}-function" for name in ("GetBlogs", "GetBlog", "PostBlog")} | {
    "functions-PutBlog-function",
    "functions-DeleteBlog-function",
}
LOGS = {name.replace("-function", "-log") for name in FUNCTIONS} | {
    "containers-log",
    "functions-access-log",
}
ORIGIN = "https://a.example"
# A replacement of these causes downtime or loses data.
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
PRECIOUS = ("Table", "LoadBalancer", "Listener", "Api", "Stage", "Function", "Service")


@pytest.fixture(scope="module")
def account(endpoint):
    return AccountQueries(endpoint)


@pytest.fixture(scope="module")
def empty(account):
    return inventory(account)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return project_copy(tmp_path_factory.mktemp("account") / "project")


@pytest.fixture(scope="module")
def stage(tool, project, endpoint, empty):
    with deployable(tool, project, "stage", endpoint, **SETTINGS, maxTasks="1") as (stack, _):
        yield stack


@pytest.fixture(scope="module")
def prod(tool, project, endpoint, empty):
    # So that a destroy can delete the table.
    settings = SETTINGS | {"deletionProtection": "false", "maxTasks": "9"}
    with deployable(tool, project, "prod", endpoint, **settings) as made:
        yield made


def test_invalid_setting_fails_the_preview_with_one_line(stage, account, empty):
    stage.set(memorySize="64")
    output = stage.run("preview", fails=True)

    assert "error: aws-blog-demo:memorySize is '64', but must be a whole number" in output
    assert "aws:lambda" not in output
    assert "Traceback" not in output
    stage.set(memorySize="0")


def test_two_stacks_deploy_at_once_one_of_them_after_a_failure(
    stage, prod, project, account, tmp_path
):
    stack, provider = prod
    assert set(stack.preview().values()) == {"create"}
    provider.refuses_after = 40
    stack.up(fails=True)
    assert "the account refuses this one" in stack.output
    provider.refuses_after = None
    stage.folder = earlier_project(tmp_path, project)
    with ThreadPoolExecutor() as pool:
        beside = pool.submit(stack.up)
        created = stage.up()
        finished = beside.result()

    recorded = json.loads(RECORD.read_text())
    assert created == {one["name"]: "create" for one in recorded if one["name"] != "aws"}
    assert set(finished.values()) == {"create"}
    assert 0 < len(finished) < len(stack.resources()) - 40


def test_upgrade_from_an_earlier_version_replaces_nothing_precious(stage, project):
    before, rules = precious(stage), ids(stage, RULE)
    stage.folder = project
    stage.up()

    assert precious(stage) == before
    assert ids(stage, RULE) == rules


def test_two_stacks_have_different_resources(stage, prod, account):
    stack, _ = prod
    first, second = stage.outputs(), stack.outputs()
    assert first.keys() == second.keys()
    alike = {name for name in first if first[name] == second[name]}
    assert not alike & {"ApiId", "ClusterName", "DashboardURL", "FunctionNames", "TableName"}
    tables = account.listed("dynamodb", "list_tables", "TableNames")
    assert {first["TableName"], second["TableName"]} <= set(tables)


def test_refresh_and_second_up_change_nothing(stage):
    assert stage.up("--refresh") == {}


def test_rolled_back_deployment_fails_and_keeps_the_running_definition(prod, account):
    stack, provider = prod
    outputs = stack.outputs()
    running = account.service(outputs)["taskDefinition"]
    provider.rolls_back = True
    stack.set(**{"corsOrigins[0]": ORIGIN})
    stack.up(fails=True)

    assert f"runs {running}, not the declared" in " ".join(stack.output.split())
    assert "Traceback" not in stack.output
    assert account.service(outputs)["taskDefinition"] == running
    assert account.is_registered(running)
    provider.rolls_back = False
    ranges = {"allowedCidrs[0]": "192.0.2.0/24", "allowedCidrs[1]": "198.51.100.0/24"}
    stack.set(**{"corsOrigins[0]": "https://b.example"}, **ranges)
    stack.up()
    assert account.service(outputs)["taskDefinition"] != running
    assert not account.is_registered(running)


def test_removed_settings_delete_their_resources_only(prod, account):
    stack, _ = prod
    assert most_tasks(account, stack.outputs()) == [9]
    stack.run("config", "rm", "--path", "allowedCidrs[0]")
    stack.set(maxTasks="2")  # the same as minTasks

    # The target of autoscaling and its policy have the same name.
    assert stack.up() == {
        "containers-lb-http-in-192.0.2.0-24": "delete",
        "containers-scaling": "delete",
    }
    assert most_tasks(account, stack.outputs()) == []


def most_tasks(account, outputs):
    """Return the upper limits of autoscaling for the service of the stack."""
    targets = account.listed(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace="ecs",
    )
    own = f"service/{outputs['ClusterName']}/"
    return [one["MaxCapacity"] for one in targets if one["ResourceId"].startswith(own)]


EDITS = {
    "handler code": (
        "lambda_src/handlers.py",
        "\n",
        "\n# edited\n",
        dict.fromkeys(FUNCTIONS, "update"),
    ),
    "Flask code": (
        "container_src/app.py",
        "\n",
        "\n# edited\n",
        {"containers-service": "update", "containers-task": "replace", "image-image": "update"},
    ),
    "environment variable": (
        "infra/functions.py",
        '"POWERTOOLS_SERVICE_NAME": FUNCTIONS',
        '"POWERTOOLS_SERVICE_NAME": "edited"',
        dict.fromkeys(FUNCTIONS, "update"),
    ),
    "route": (
        "infra/functions.py",
        '"HEAD /", "$default"',
        '"HEAD /", "GET /new", "$default"',
        {"functions-GetBlogs-get-new": "create"},
    ),
}
CHANGES = {
    "memory": ({"pairing": "none", "memorySize": "512"}, dict.fromkeys(FUNCTIONS, "update")),
    "log retention": ({"logRetentionDays": "30"}, dict.fromkeys(LOGS, "update")),
    "task count": (
        {"minTasks": "2", "desiredTasks": "2", "maxTasks": "2"},
        {"containers-service": "update"},
    ),
    "throttling": ({"throttlingRate": "10"}, {"functions-stage": "update"}),
    "origins": (
        {"corsOrigins[0]": ORIGIN},
        {
            "functions-api": "update",
            "containers-task": "replace",
            "containers-service": "update",
        },
    ),
}
# No two of these change the same resource, so each change has one cause.
PREVIEWED = ("handler code", "Flask code", "route", "log retention", "throttling")


@pytest.fixture(scope="module")
def apply(stage, project):
    """Apply edits and settings by name to the original files; return the expected changes."""
    before = {path: (project / path).read_text() for path, *_ in EDITS.values()}
    settings_file = project / "Pulumi.stage.yaml"
    before["Pulumi.stage.yaml"] = settings_file.read_text()

    def apply(*names):
        for path, text in before.items():
            (project / path).write_text(text)
        expected = {}
        for name in names:
            if name in EDITS:
                path, old, new, changed = EDITS[name]
                edit(project / path, old, new)
            else:
                settings, changed = CHANGES[name]
                stage.set(**settings)
            expected |= changed
        return expected

    return apply


def test_preview_shows_exactly_what_edits_change(stage, apply):
    expected = apply(*PREVIEWED)

    assert len(expected) == sum(len(changed(name)) for name in PREVIEWED)
    assert stage.preview() == expected


def changed(name):
    return (EDITS | CHANGES)[name][-1]


def test_edits_reach_the_account_and_replace_nothing_precious(stage, apply, account):
    former = stage.outputs()
    expected = apply(*EDITS, *CHANGES)
    assert stage.up() == expected

    outputs = stage.outputs()
    assert outputs == former | {
        "FunctionMemory": 512,
        "FunctionVCPU": 0.29,
        "ComparisonNotes": outputs["ComparisonNotes"],
    }
    assert [note.partition(":")[0] for note in former["ComparisonNotes"]] == [
        "TLS",
        "Zones",
        "Warm capacity",
    ]
    assert [note.partition(":")[0] for note in outputs["ComparisonNotes"]] == [
        "TLS",
        "CPU",
        "Warm capacity",
    ]
    function = account.function(outputs["FunctionNames"]["GetBlog"])
    assert function["MemorySize"] == 512
    assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == "edited"
    assert account.service(outputs)["desiredCount"] == 2
    assert "GET /new" in account.routes(outputs["ApiId"])
    assert account.log_groups()[f"/aws/lambda/{function['FunctionName']}"] == 30
    assert throttling(account, outputs) == 10
    assert origins(account, outputs) == ([ORIGIN], ORIGIN)
    types = {one["urn"].rpartition("::")[2]: one["type"] for one in stage.resources()}
    replaced = {types[name] for name, operation in expected.items() if operation == "replace"}
    assert not [type_ for type_ in replaced if type_.rpartition(":")[2] in PRECIOUS]


def throttling(account, outputs):
    (stage,) = account.listed("apigatewayv2", "get_stages", "Items", ApiId=outputs["ApiId"])
    return stage["DefaultRouteSettings"]["ThrottlingRateLimit"]


def origins(account, outputs):
    """Return the allowed origins of the API, and those in the environment of the task."""
    api = account.client("apigatewayv2").get_api(ApiId=outputs["ApiId"])
    container = account.container(outputs)
    (task,) = [one["value"] for one in container["environment"] if one["name"] == "CORS_ORIGINS"]
    return api["CorsConfiguration"]["AllowOrigins"], task


def test_token_is_in_clear_only_with_show_secrets(stage):
    token = stage.outputs()["WriteToken"]
    hidden = json.loads(stage.ask("stack", "output", "--json").stdout)
    single = stage.ask("stack", "output", "WriteToken", "--show-secrets").stdout

    assert len(token) == 40
    assert hidden["WriteToken"] == "[secret]"
    assert single == f"{token}\n"
    texts = [path for path in stage.folder.parent.rglob("*") if path.is_file()]
    written = [path for path in texts if "project/" not in str(path)]
    assert any(path.name == "stage.json" for path in written)
    assert any(path.name == "stage.events" for path in written)
    assert not [path for path in written if token.encode() in path.read_bytes()]
    assert token not in stage.output
    assert token not in (stage.folder / "Pulumi.stage.yaml").read_text()


def test_destroy_deletes_its_own_stack_completely(stage, prod, account, empty):
    stack, _ = prod
    both = counted(inventory(account))
    stack.run("destroy", "--yes")
    assert re.search(r"Resources:\n +\d+ unchanged", stage.run("refresh", "--yes"))
    assert both != counted(inventory(account))
    stage.run("destroy", "--yes")

    assert inventory(account) == empty
    assert stage.resources() == []


def inventory(account):
    """Return the contents of the account, without the alarms that autoscaling creates."""
    found = account.inventory()
    alarms = [name for name in found["alarms"] if not name.startswith("TargetTracking-")]
    return {**found, "alarms": alarms}


def counted(inventory):
    return {name: len(found) for name, found in inventory.items()}


def ids(stack, type_):
    return {one["id"] for one in stack.resources() if one["type"] == type_}


def precious(stack):
    """Return the ids of resources with data or an address."""
    return {
        one["urn"]: one["id"]
        for one in stack.resources()
        if one["custom"] and one["type"].rpartition(":")[2] in PRECIOUS
    }
