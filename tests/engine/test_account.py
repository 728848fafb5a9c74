"""The whole program through the real engine, in an emulated account."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.account.asking import Asking
from tests.account.conftest import endpoint as endpoint  # noqa: PLC0414  # a fixture, shared
from tests.account.test_changes import counted, inventory
from tests.engine.account import deployable
from tests.engine.earlier import RECORD, earlier_project
from tests.running import edit, project_copy

pytestmark = [pytest.mark.story, pytest.mark.timeout(300)]
SETTINGS = {"aws:region": "eu-west-1", "bytecode": "none"}
FUNCTIONS = {f"functions-{name}-function" for name in ("GetBlogs", "GetBlog", "PostBlog")} | {
    "functions-PutBlog-function",
    "functions-DeleteBlog-function",
}
LOGS = {name.replace("-function", "-log") for name in FUNCTIONS} | {
    "containers-log",
    "functions-access-log",
}
# What cuts the service while it is replaced, or loses what is in it.
PRECIOUS = ("Table", "LoadBalancer", "Listener", "Api", "Stage", "Function", "Service")


@pytest.fixture(scope="module")
def account(endpoint):
    return Asking(endpoint)


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
    # Else the table would stay, and a destroy would stop there.
    settings = SETTINGS | {"deletionProtection": "false"}
    with deployable(tool, project, "prod", endpoint, **settings) as made:
        yield made


def test_a_wrong_setting_stops_the_preview_with_one_line_before_any_resource(stage, account, empty):
    stage.set(memorySize="64")
    said = stage.run("preview", fails=True)

    assert "error: aws-blog-demo:memorySize is '64', but must be a whole number" in said
    assert "aws:lambda" not in said
    assert "Traceback" not in said
    stage.set(memorySize="256")


def test_two_stacks_go_up_at_once(stage, prod, account):
    assert set(stage.preview().values()) == {"create"}
    stack, _ = prod
    with ThreadPoolExecutor() as pool:
        beside = pool.submit(stack.up)
        created = stage.up()
        assert len(beside.result()) >= len(created)

    first, second = stage.outputs(), stack.outputs()
    alike = {name for name in first if first[name] == second[name]}
    assert not alike & {"ApiId", "ClusterName", "DashboardURL", "FunctionNames", "TableName"}
    tables = account.listed("dynamodb", "list_tables", "TableNames")
    assert {first["TableName"], second["TableName"]} <= set(tables)


def test_a_refresh_and_a_second_up_change_nothing(stage):
    assert stage.up("--refresh") == {}


def test_what_a_fault_half_way_has_left_is_finished_by_the_next_up(prod):
    stack, provider = prod
    former = stack.outputs()
    stack.run("destroy", "--yes")
    provider.refuses_after = 40
    stack.up(fails=True)
    assert "the account refuses this one" in stack.said
    provider.refuses_after = None
    finished = stack.up()

    assert set(finished.values()) == {"create"}
    assert 0 < len(finished) < len(stack.resources()) - 40
    assert stack.outputs().keys() == former.keys()


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
        '"POWERTOOLS_SERVICE_NAME": "functions"',
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
    "memory": ({"memorySize": "512"}, dict.fromkeys(FUNCTIONS, "update")),
    "log retention": ({"logRetentionDays": "30"}, dict.fromkeys(LOGS, "update")),
    "task count": (
        {"minTasks": "2", "desiredTasks": "2", "maxTasks": "2"},
        {"containers-service": "update"},
    ),
}


def test_a_preview_names_exactly_what_an_edit_changes(stage, project):
    for what, (path, old, new, changed) in EDITS.items():
        before = (project / path).read_text()
        edit(project / path, old, new)
        assert stage.preview() == changed, what
        (project / path).write_text(before)
    former = (project / "Pulumi.stage.yaml").read_text()
    for what, (settings, changed) in CHANGES.items():
        stage.set(**settings)
        assert stage.preview() == changed, what
        (project / "Pulumi.stage.yaml").write_text(former)


def test_all_of_them_at_once_reach_the_account_and_nothing_precious_is_replaced(
    stage, project, account
):
    former = stage.outputs()
    for path, old, new, _ in EDITS.values():
        edit(project / path, old, new)
    for settings, _ in CHANGES.values():
        stage.set(**settings)
    expected = {}
    for *_, changed in (*EDITS.values(), *CHANGES.values()):
        expected |= changed
    assert stage.up() == expected

    outputs = stage.outputs()
    assert outputs == former | {"FunctionMemory": 512}
    function = account.function(outputs["FunctionNames"]["GetBlog"])
    assert function["MemorySize"] == 512
    assert function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == "edited"
    assert account.service(outputs)["desiredCount"] == 2
    assert "GET /new" in account.routes(outputs["ApiId"])
    assert set(account.log_groups().values()) >= {30}
    kinds = {one["urn"].rpartition("::")[2]: one["type"] for one in stage.resources()}
    replaced = {kinds[name] for name, operation in expected.items() if operation == "replace"}
    assert not [kind for kind in replaced if kind.rpartition(":")[2] in PRECIOUS]


def test_outputs_serve_scripts_and_the_token_is_in_clear_nowhere_else(stage):
    token = stage.outputs()["WriteToken"]
    hidden = json.loads(stage.ask("stack", "output", "--json").stdout)
    single = stage.ask("stack", "output", "WriteToken", "--show-secrets").stdout

    assert len(token) == 40
    assert hidden["WriteToken"] == "[secret]"
    assert single == f"{token}\n"
    texts = [path for path in stage.folder.parent.rglob("*") if path.is_file()]
    told = [path for path in texts if "project/" not in str(path)]
    assert any(path.name == "stage.json" for path in told)
    assert any(path.name == "stage.events" for path in told)
    assert not [path for path in told if token.encode() in path.read_bytes()]
    assert token not in stage.said
    assert token not in (stage.folder / "Pulumi.stage.yaml").read_text()


def test_destroying_one_leaves_the_other_whole_and_destroying_both_leaves_nothing(
    stage, prod, account, empty
):
    stack, _ = prod
    both = counted(inventory(account))
    stack.run("destroy", "--yes")
    assert re.search(r"Resources:\n +\d+ unchanged", stage.run("refresh", "--yes"))
    assert both != counted(inventory(account))
    stage.run("destroy", "--yes")

    assert inventory(account) == empty
    assert stage.resources() == []


def test_an_upgrade_from_an_earlier_version_replaces_nothing_precious(
    stage, project, account, empty, tmp_path
):
    stage.folder = earlier_project(tmp_path, project)
    recorded = json.loads(RECORD.read_text())
    created = stage.up()
    assert created == {one["name"]: "create" for one in recorded if one["name"] != "aws"}
    before = precious(stage)
    stage.folder = project
    stage.up()

    assert precious(stage) == before
    stage.run("destroy", "--yes")
    assert inventory(account) == empty


def precious(stack):
    """Give the ids of what holds data or an address."""
    return {
        one["urn"]: one["id"]
        for one in stack.resources()
        if one["custom"] and one["type"].rpartition(":")[2] in PRECIOUS
    }
