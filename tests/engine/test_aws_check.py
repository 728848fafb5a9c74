"""`make aws-check` with the real engine, in an emulated account."""

import subprocess
import sys

import pytest

from tests.account.conftest import endpoint as endpoint  # noqa: PLC0414  # a fixture, shared
from tests.account.queries import AccountQueries
from tests.engine.account import deployable
from tests.engine.tool import TIMEOUT_S
from tests.running import project_copy

pytestmark = pytest.mark.sweep
SETTINGS = """\
config:
  aws:region: eu-west-1
  aws-blog-demo:bytecode: none
  aws-blog-demo:maxTasks: 1
"""
TASK = "aws:ecs/taskDefinition:TaskDefinition"


@pytest.fixture
def account_stack(tool, endpoint, tmp_path, monkeypatch):
    """A stack beside the checked one; tasks with an image that does not exist do not start."""
    project = project_copy(tmp_path / "project")
    (project / "Pulumi.check.yaml").write_text(SETTINGS)
    with deployable(tool, project, "beside", endpoint) as (stack, provider):
        create = provider.create

        async def create_and_watch(urn, type_, name, inputs):
            if type_ == TASK:
                provider.rolls_back = "does-not-exist" in inputs["containerDefinitions"]
            return await create(urn, type_, name, inputs)

        monkeypatch.setattr(provider, "create", create_and_watch)
        yield stack


def test_check_passes_and_leaves_nothing(account_stack, endpoint, tmp_path):
    account = AccountQueries(endpoint)
    before = account.inventory()
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    report = tmp_path / "report.md"
    finished = subprocess.run(
        [sys.executable, "scripts/aws_check.py", "check", "--yes", "--report", str(report)],
        cwd=account_stack.folder,
        env={**account_stack.environment, **keys, "AWS_ENDPOINT_URL": endpoint},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S * 2,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    rows = [line.split(" | ") for line in report.read_text().splitlines() if " | " in line]
    outcomes = {row[0].removeprefix("| "): row[1] for row in rows[1:]}
    assert outcomes == {
        "Preview": "passed",
        "Deploy": "passed",
        "Deploy again without changes": "passed",
        "Contract at both URLs": "not proven",
        "Failing deployment": "not proven",
        "Deploy the declared image again": "passed",
        "Refresh without drift": "passed",
        "Destroy": "passed",
        "Nothing left": "passed",
    }
    assert account.inventory() == before
    assert "dockerImage" not in (account_stack.folder / "Pulumi.check.yaml").read_text()
    assert "beside" in account_stack.run("stack", "ls")
