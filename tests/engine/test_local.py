"""`pulumi up` in a shell deploys into the local cloud."""

import fcntl
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from localcloud.ports import free_port
from tests.engine.tool import REAL_LOOKING, Stack
from tests.running import Load, RunningCloud, descendants, edit, project_copy, wait_until

pytestmark = pytest.mark.story
FUNCTIONS = ("DeleteBlog", "GetBlog", "GetBlogs", "PostBlog", "PutBlog")
PERMISSIONS = {f"functions-{name}-permission" for name in FUNCTIONS}
ALIASES = {f"functions-{name}-alias" for name in FUNCTIONS}
# A list, a number, a boolean and a map, as the engines read them from the stack's file.
TYPED_SETTINGS = """
  aws-blog-demo:allowedCidrs: [127.0.0.0/8, 10.0.0.0/8]
  aws-blog-demo:logRetentionDays: 30
  aws-blog-demo:tracing: true
  aws-blog-demo:tags: {team: web}
"""
BLOG = {"title": "Kept", "author": "tests", "contents": "Words."}


def without_pulumi(variables):
    """Return the variables without the user's Pulumi settings."""
    return {key: value for key, value in variables.items() if not key.startswith("PULUMI_")}


class Deployment:
    """A copy of the project whose stack `local` is deployed into a separate local cloud."""

    def __init__(self, tool, folder):
        self.project = project_copy(folder / "project")
        self.state = folder / "state"
        self.tool = tool
        port = free_port()
        edit(self.project / "Pulumi.local.yaml", "127.0.0.1:4566", f"127.0.0.1:{port}")
        with (self.project / "Pulumi.local.yaml").open("a") as settings:
            settings.write(TYPED_SETTINGS)
        self.cloud = self.stack = None

    def start(self):
        self.cloud = RunningCloud(
            self.state, "--engine", "pulumi", project=self.project, environment=REAL_LOOKING
        ).ready()
        return self

    def start_command(self, *words, name="shell", stderr=subprocess.STDOUT):
        """Start a command in the shell of the local cloud, in its own process group."""
        command = [sys.executable, "-m", "localcloud", name]
        return subprocess.Popen(
            [*command, "--state", str(self.state), *words],
            cwd=self.project,
            env=without_pulumi(os.environ) | REAL_LOOKING,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            process_group=0,
        )

    def shell(self, *words, name="shell"):
        """Run a command in the shell of the local cloud."""
        with self.start_command(*words, name=name, stderr=subprocess.PIPE) as process:
            output, errors = process.communicate()
        return subprocess.CompletedProcess(words, process.returncode, output, errors)

    def open(self):
        """Use the variables that `localcloud env` prints."""
        exports = self.shell(name="env")
        assert exports.returncode == 0, exports.stderr
        script = (
            f'{exports.stdout}\nexec "$0" -c "import json, os; print(json.dumps(dict(os.environ)))"'
        )
        taken = subprocess.check_output(["/bin/sh", "-c", script, sys.executable], text=True)
        variables = json.loads(taken) | REAL_LOOKING | {"PULUMI_DEBUG_COMMANDS": "true"}
        self.stack = Stack.within(self.project, "local", self.state / "pulumi", variables)
        return self.stack

    def stop(self):
        return self.cloud.stop(signal.SIGTERM)


@pytest.fixture(scope="module")
def deployment(tool, tmp_path_factory):
    made = Deployment(tool, tmp_path_factory.mktemp("local"))
    yield made
    if made.cloud:
        with made.cloud:
            pass


@pytest.fixture(scope="module")
def deployed(deployment):
    """The stack, deployed into a running local cloud."""
    stack = deployment.start().open()
    assert set(stack.up().values()) == {"create"}
    return stack


def ask(url, path=""):
    return httpx.get(f"{url}/blog{path}", timeout=30)


def post(outputs, side, identity):
    headers = {"Authorization": f"Bearer {outputs['WriteToken']}"}
    answer = httpx.post(f"{outputs[side]}/blog", json={**BLOG, "id": identity}, headers=headers)
    assert answer.status_code == 201, answer.text


def test_without_a_local_cloud_up_fails_with_one_line(tool, deployment, tmp_path):
    for answer in (deployment.shell("true"), deployment.shell(name="env")):
        assert answer.returncode == 1
        assert "python -m localcloud --engine pulumi" in answer.stderr
        assert answer.stderr.count("\n") == 1
    stack = Stack(tool, deployment.project, "local", tmp_path / "backend", REAL_LOOKING)
    stack.run("stack", "init")
    output = stack.run("preview", fails=True)

    assert "error: nothing listens on awsEndpoint (http://127.0.0.1:" in output
    assert "aws:" not in output.replace("awsEndpoint", "")
    edit(deployment.project / "Pulumi.local.yaml", "encryptionsalt", "# encryptionsalt")


def test_up_serves_its_output_urls(deployed):
    outputs = deployed.outputs()
    post(outputs, "FunctionsURL", "f")
    post(outputs, "ContainersURL", "c")

    assert {blog["id"] for blog in ask(outputs["ContainersURL"]).json()} == {"f", "c"}
    assert outputs["WriteToken"] not in deployed.state.read_text()
    url = deployed.ask("stack", "output", "FunctionsURL").stdout
    assert url == f"{outputs['FunctionsURL']}\n"


def test_shell_does_not_use_the_user_s_pulumi_settings(deployment, deployed):
    answer = deployment.shell("sh", "-c", "pulumi stack ls --json; echo $PULUMI_HOME")

    assert '"name": "local"' in answer.stdout
    assert str(deployment.state) in answer.stdout.splitlines()[-1]
    assert (deployment.state / "passphrase").stat().st_mode & 0o777 == 0o600


def test_shell_reports_an_unknown_command_in_one_line(deployment, deployed):
    answer = deployment.shell("nosuchcmd")

    assert answer.returncode == 1
    assert answer.stderr == "localcloud: cannot run nosuchcmd: No such file or directory\n"


def test_settings_have_the_types_of_the_stack_file(deployed):
    inputs = [one.get("inputs", {}) for one in deployed.resources()]

    rules = {one["cidrIpv4"] for one in inputs if one.get("fromPort") == 80}
    assert rules == {"127.0.0.0/8", "10.0.0.0/8"}
    assert {one["retentionInDays"] for one in inputs if "retentionInDays" in one} == {30}
    (tags,) = [json.loads(one["defaultTags"])["tags"] for one in inputs if "defaultTags" in one]
    assert tags["team"] == "web"
    (task,) = [one["containerDefinitions"] for one in inputs if "containerDefinitions" in one]
    assert [one["name"] for one in json.loads(task)] == ["blog", "collector"]  # with tracing


def test_shell_opens_with_any_settings(deployment, deployed):
    file = deployment.project / "Pulumi.local.yaml"
    before = file.read_text()
    answer = deployment.shell("sh", "-c", "pulumi config set memorySiez 512 && pulumi preview")
    assert answer.returncode != 0
    assert "did you mean memorySize?" in " ".join((answer.stdout + answer.stderr).split())
    repair = "pulumi config rm memorySiez && pulumi config set --secret alarmEmail team@example.com"
    repaired = deployment.shell("sh", "-c", repair)
    warning = (
        "Pulumi.local.yaml: aws-blog-demo:memorySiez: unknown setting. Did you mean memorySize?"
    )
    assert (repaired.returncode, repaired.stderr) == (0, f"localcloud: warning: {warning}\n")
    answer = deployment.shell("pulumi", "config", "get", "alarmEmail")
    assert (answer.stdout, answer.stderr) == ("team@example.com\n", "")
    file.write_text(before)


def test_a_second_stack_is_refused_before_its_first_resource(deployment, deployed):
    shutil.copy(deployment.project / "Pulumi.local.yaml", deployment.project / "Pulumi.second.yaml")
    deploy = "pulumi stack init --no-select second && pulumi up --yes --skip-preview --stack second"
    answer = deployment.shell("sh", "-c", deploy)
    output = " ".join((answer.stdout + answer.stderr).split())
    record = json.loads((deployment.state / "deployed.json").read_text())

    assert answer.returncode != 0
    assert "This local cloud runs the stack local. For second, set awsEndpoint in" in output
    assert not [urn for urn, *_ in record if "pulumi:second::" in urn]


@pytest.fixture
def another_local_cloud(tmp_path):
    """Leave the traces of another running local cloud whose stack is called `local` too."""
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"FunctionsURL": "http://127.0.0.1:1/Prod"}))
    pointer = {
        "pid": os.getpid(),
        "stack": "local",
        "state": str(tmp_path),
        "outputs": str(outputs),
    }
    folder = Path(os.environ["XDG_STATE_HOME"]) / "aws-blog-demo" / "running"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "another.json"
    file.write_text(json.dumps(pointer))
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    file.unlink()


def test_the_client_in_that_shell_finds_this_local_cloud_and_no_other(
    deployment, deployed, another_local_cloud
):
    blogs = str(Path(sys.executable).with_name("blogs"))
    outside = deployment.stack.environment | {"BLOGS_LOCAL_CLOUD": "", "BLOGS_STACK": ""}
    other = subprocess.run(
        [blogs, "outputs"], env=outside, capture_output=True, text=True, check=False
    )

    assert "http://127.0.0.1:1/Prod" in other.stdout
    for words in (["ls"], ["ls", "--stack", "local"]):
        answer = deployment.shell("sh", "-c", f"cd / && {shlex.join([blogs, *words, '--json'])}")
        assert answer.returncode == 0, answer.stderr
        assert {blog["id"] for blog in json.loads(answer.stdout)["blogs"]} == {"f", "c"}


def test_edits_are_deployed_without_downtime(deployment, deployed):
    project = deployment.project
    assert served_by(deployed.outputs()["ContainersURL"]) == 1
    edit(project / "blog" / "operations.py", '"status": "ok"', '"status": "edited"')
    edit(
        project / "infra" / "functions.py",
        '"HEAD /", "$default"',
        '"HEAD /", "GET /new", "$default"',
    )
    edit(project / "infra" / "backend.py", '"OPEN_WRITES"', '"NEW": "variable", "OPEN_WRITES"')
    settings = {"pairing": "none", "memorySize": "512", "minTasks": "2", "desiredTasks": "2"}
    deployed.set(**settings, snapStart="true")
    with Load(deployed.outputs()) as load:
        changed = deployed.up()
    outputs = deployed.outputs()

    assert load.failures == []
    assert load.count > 20
    assert replaced(changed) == {"containers-task", *PERMISSIONS}
    assert of("create", changed) == {"functions-GetBlogs-get-new", *ALIASES}
    assert of("delete", changed) == set()
    updated = {"containers-scaling", "containers-service", "functions-GetBlog-function"}
    assert of("update", changed) >= updated
    for side in ("FunctionsURL", "ContainersURL"):
        assert httpx.get(f"{outputs[side]}/").json() == {"status": "edited"}
        assert {blog["id"] for blog in ask(outputs[side]).json()} == {"f", "c"}
    wait_until(lambda: served_by(outputs["ContainersURL"]) == 2)
    parts = environments(deployment.cloud)
    assert any("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512" in part for part in parts)
    assert sum("NEW=variable" in part for part in parts) >= 3
    httpx.get(f"{outputs['FunctionsURL']}/new")
    log = deployment.state / "logs" / "api.log"
    wait_until(lambda: '"routeKey": "GET /new"' in log.read_text(), log.read_text)


def test_conflict_of_a_replacement_is_refused_and_nothing_is_deleted(deployment, deployed):
    network = deployment.project / "infra" / "network.py"
    text, before = network.read_text(), ids(deployed)
    edit(network, "opts=in_zone", "opts=child")
    edit(network, "zones[number]", "zones[1 - number]")
    deployed.up(fails=True)

    assert "InvalidSubnet.Conflict: The CIDR '10.0.0.0/24' conflicts" in deployed.output
    assert ids(deployed) == before
    network.write_text(text)


def test_failed_deployment_keeps_the_running_tasks(deployment, deployed):
    containers = deployment.project / "infra" / "containers.py"
    text, url = containers.read_text(), deployed.outputs()["ContainersURL"]
    edit(containers, '"gunicorn", "--config"', '"false", "--config"')
    changed = deployed.up("--refresh", fails=True)

    assert changed == {"containers-task": "replace", "containers-service": "update"}
    assert "stopped trying after 3 failed starts" in deployed.output
    assert ask(url).status_code == 200
    containers.write_text(text)


def test_renamed_functions_are_deployed_without_downtime(deployed):
    deployed.set(prefix="renamed", maxTasks="2", deletionProtection="true")
    with Load(deployed.outputs()) as load:
        changed = deployed.up()

    assert load.failures == []
    assert load.count > 20
    functions = {f"functions-{name}-function" for name in FUNCTIONS}
    assert replaced(changed) >= {"containers-task", *functions, *ALIASES}
    assert of("delete", changed) == {"containers-scaling"}
    assert of("update", changed) >= {"containers-service", "blogs"}
    outputs = deployed.outputs()
    assert outputs["FunctionNames"]["GetBlog"] == "renamed-local-GetBlog"
    assert served_by(outputs["ContainersURL"]) == 2


def test_restart_runs_what_was_deployed_and_a_second_up_is_empty(deployment, deployed):
    before = deployed.outputs()
    operations = deployment.project / "blog" / "operations.py"
    edit(operations, '"status": "edited"', '"status": "never deployed"')
    assert deployment.stop() == 0
    deployment.start()

    assert ask(before["FunctionsURL"], "/f").status_code == 200
    assert ask(before["ContainersURL"], "/c").status_code == 200
    for side in ("FunctionsURL", "ContainersURL"):
        assert httpx.get(f"{before[side]}/").json() == {"status": "edited"}
    edit(operations, "never deployed", "edited")
    assert deployed.up("--refresh") == {}
    assert deployed.outputs() == before


def replaced(changed):
    return of("replace", changed)


def of(operation, changed):
    return {name for name, applied in changed.items() if applied == operation}


def ids(stack):
    return {(one["urn"], one.get("id")) for one in stack.resources()}


def served_by(url):
    return len({httpx.get(f"{url}/").headers["x-served-by"] for _ in range(20)})


def environments(cloud):
    paths = [Path(f"/proc/{pid}/environ") for pid in descendants(cloud.process.pid)]
    return [path.read_text().split("\0") for path in paths if path.exists()]


def test_destroy_with_a_protected_table_deletes_nothing(deployed):
    before = ids(deployed)
    output = deployed.run("destroy", "--yes", fails=True)

    assert "protect" in output
    assert ids(deployed) == before
    for side in ("FunctionsURL", "ContainersURL"):
        assert {blog["id"] for blog in ask(deployed.outputs()[side]).json()} == {"f", "c"}


def test_interrupted_up_ends_cleanly_and_the_next_up_continues(deployment, deployed):
    edit(deployment.project / "blog" / "operations.py", '"edited"', '"interrupted"')
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"]
    with deployment.start_command(*command) as up:
        begun = (line for line in up.stdout if "containers-service updating" in line)
        assert next(begun, None)
        os.killpg(up.pid, signal.SIGINT)  # like a terminal, to the whole process group
        rest = up.stdout.read()

    assert up.returncode > 0, rest
    assert "cancel" in rest
    locks = deployment.state / "pulumi" / ".pulumi" / "locks"
    assert list(locks.rglob("*.json")) == []
    tasks = {"minTasks": "1", "desiredTasks": "1", "maxTasks": "1"}
    deployed.set(**tasks, snapStart="false", deletionProtection="false")
    with Load(deployed.outputs()) as load:
        changed = deployed.up("--refresh")

    assert load.failures == []
    assert load.count > 20
    assert replaced(changed) >= PERMISSIONS
    assert of("delete", changed) == ALIASES
    assert changed["blogs"] == "update"
    for side in ("FunctionsURL", "ContainersURL"):
        assert httpx.get(f"{deployed.outputs()[side]}/").json() == {"status": "interrupted"}
    wait_until(lambda: served_by(deployed.outputs()["ContainersURL"]) == 1)


def test_destroy_stops_all_processes_and_deletes_the_table(deployment, deployed):
    outputs = deployed.outputs()
    deployed.run("destroy", "--yes")

    assert deployed.resources() == []
    for side in ("FunctionsURL", "ContainersURL"):
        with pytest.raises(httpx.ConnectError):
            ask(outputs[side])
    names = [
        Path(f"/proc/{pid}/cmdline").read_bytes()
        for pid in descendants(deployment.cloud.process.pid)
    ]
    assert not [name for name in names if b"gunicorn" in name or b"awslambdaric" in name]
    deployed.up()
    again = deployed.outputs()
    assert ask(again["FunctionsURL"]).json() == []
    assert again["WriteToken"] != outputs["WriteToken"]


def test_built_in_engine_has_the_same_outputs_on_the_same_state(deployment, deployed):
    outputs = deployed.outputs()
    assert deployment.stop() == 0
    with RunningCloud(deployment.state, project=deployment.project) as cloud:
        assert cloud.ready().outputs == outputs
