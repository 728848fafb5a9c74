"""The real engine with a provider and programs of a few lines."""

import asyncio
import shutil
import signal
import subprocess
import time

import pytest

from localcloud.engine.provider import Outcome, ProviderError
from localcloud.engine.replacements import Replacements
from localcloud.engine.servicer import Servicer
from tests.engine.tool import RUNTIME, Stack, provided
from tests.localcloud.test_engine import PREAMBLE
from tests.running import wait_until

REPLACING = Replacements({"test:index:Thing": {"shape"}})


class Recorder:
    """A provider that records requests and resources."""

    def __init__(self):
        self.calls = []
        self.there = {}
        self.hold = None

    async def create(self, urn, type_, name, inputs):
        self.calls.append(("create", name))
        while inputs.get("slow") and self.hold is None:
            await asyncio.sleep(0.01)
        if inputs.get("fail"):
            raise ProviderError("size must be even")
        identity = f"{name}-{len(self.calls)}"
        self.there[identity] = dict(inputs)
        secrets = frozenset({"made"} if inputs.get("hidden") else ())
        return Outcome(identity, {**inputs, "made": f"made {identity}"}, secrets)

    async def read(self, urn, type_, old):
        return old if old.id in self.there else None

    async def update(self, urn, type_, old, olds, news):
        self.calls.append(("update", old.id))
        self.there[old.id] = dict(news)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn, type_, old, inputs):
        self.calls.append(("delete", old.id))
        del self.there[old.id]

    async def invoke(self, token, arguments):
        return {"answer": arguments["number"] * 2}


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture(scope="module")
def empty(tool, tmp_path_factory):
    """A folder with a project, and with a backend that has an empty stack."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "project").mkdir()
    (folder / "project" / "Pulumi.yaml").write_text(f"name: demo\n{RUNTIME}")
    Stack(tool, folder / "project", "dev", folder / "backend", {}).init()
    return folder


@pytest.fixture
def bench(tool, empty, tmp_path, recorder):
    """A stack whose program the test writes."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    folder = tmp_path / "project"
    with provided(Servicer(recorder, REPLACING), "test") as variables:
        stack = Stack(tool, folder, "dev", tmp_path / "backend", variables)

        def write(program):
            (folder / "__main__.py").write_text(PREAMBLE + program)
            recorder.calls.clear()
            return stack

        yield write


def test_preview_creates_nothing_and_shows_unknown_outputs(bench, recorder):
    stack = bench("""
thing = Thing("a", size=1)
Thing("b", of=thing.made)
pulumi.export("size", thing.made)
""")

    assert stack.preview() == {"a": "create", "b": "create"}
    assert "[unknown]" in stack.output
    assert recorder.calls == []


def test_input_change_updates_or_replaces_the_resource(bench, recorder):
    bench("Thing('a', size=1, shape='round'); Thing('b', shape='flat')").up()
    stack = bench("Thing('a', size=2, shape='round'); Thing('b', shape='round')")

    assert stack.preview() == {"a": "update", "b": "replace"}
    assert stack.up() == {"a": "update", "b": "replace"}
    done = [call[0] for call in recorder.calls]
    assert done.index("create") < done.index("delete")
    assert stack.up() == {}


def test_changed_provider_keeps_its_resources(bench, recorder):
    program = """
own = pulumi.ProviderResource("test", "own", {"tags": {"team": "%s"}})
options = pulumi.ResourceOptions(provider=own)
pulumi.CustomResource("test:index:Thing", "a", {"size": 1}, options)
"""
    bench(program % "one").up()
    stack = bench(program % "two")

    assert stack.preview() == {}
    assert "1 to update" in stack.output
    stack.up()
    assert "1 updated" in stack.output
    assert recorder.calls == []
    stack.preview()
    assert "to update" not in stack.output


def test_resource_with_a_fixed_name_is_deleted_before_replacement(bench, recorder):
    named = "pulumi.CustomResource('test:index:Thing', 'a', {'name': 'one', 'shape': '%s'})"
    bench(named % "round").up()
    bench(named % "flat").up()

    assert [call[0] for call in recorder.calls] == ["delete", "create"]


def test_secrets_reach_the_provider_and_are_stored_encrypted(bench, recorder):
    stack = bench("""
thing = Thing("a", password=pulumi.Output.secret("in clear"), hidden=True)
pulumi.export("made", thing.made)
pulumi.export("password", thing.password if hasattr(thing, "password") else None)
""")
    stack.up()

    assert recorder.there["a-1"]["password"] == "in clear"
    assert stack.outputs()["made"] == "made a-1"
    kept = stack.state.read_text()
    assert "in clear" not in kept
    assert "made a-1" not in kept


def test_refresh_finds_missing_resources_and_up_recreates_them(bench, recorder):
    stack = bench("Thing('a', size=1)")
    stack.up()
    assert "2 unchanged" in stack.run("refresh", "--yes")
    recorder.there.clear()
    stack.run("refresh", "--yes")

    assert stack.up() == {"a": "create"}


def test_provider_error_is_shown_and_the_next_up_continues(bench, recorder):
    stack = bench("Thing('a'); Thing('b', fail=True)")
    stack.up(fails=True)
    assert "size must be even" in stack.output
    assert "Traceback" not in stack.output

    assert "b" in bench("Thing('a'); Thing('b')").up()
    assert len(recorder.there) == 2


def test_provider_functions_can_be_invoked(bench):
    stack = bench("""
answer = pulumi.runtime.invoke("test:index:double", {"number": 21}).value
pulumi.export("answer", answer["answer"])
""")
    stack.up()

    assert stack.outputs() == {"answer": 42}


def test_run_error_is_shown_in_one_line(bench, recorder):
    stack = bench("raise pulumi.RunError('size is wrong')")

    output = stack.run("preview", fails=True)
    assert "error: size is wrong" in output
    assert "Traceback" not in output


def test_ctrl_c_ends_quietly_and_destroy_leaves_nothing(bench, recorder):
    stack = bench("Thing('a'); Thing('b', slow=True)")
    running = subprocess.Popen(
        stack.command("up", "--yes", "--skip-preview"),
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: ("create", "b") in recorder.calls)
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    recorder.hold = "released"
    output, _ = running.communicate(timeout=60)

    assert running.returncode != 0
    assert "Traceback" not in output
    assert "KeyboardInterrupt" not in output
    stack.run("destroy", "--yes")
    assert recorder.there == {}
