"""The built-in engine runs a real program through the SDK's own protocol.

These are the smoke tests of `localcloud.engine.monitor`: when a new version of the pulumi package
makes them fail, the protocol that it speaks has changed (`pulumi.runtime.proto`,
`pulumi.runtime.Settings`, `run_in_stack`), and that module has to follow.
"""

import pytest

from localcloud.engine.deployment import Deployment
from localcloud.engine.engine import Engine, ProgramFailed
from localcloud.engine.project import Project
from localcloud.engine.property_values import UNKNOWN
from localcloud.engine.provider import Outcome, ProviderError
from localcloud.engine.replacements import Replacements
from localcloud.processes import Processes

PREAMBLE = """
import pulumi

class Thing(pulumi.CustomResource):
    made: pulumi.Output[str]
    def __init__(self, name, opts=None, **inputs):
        super().__init__("test:index:Thing", name, {"made": None, **inputs}, opts)

class Keeper(pulumi.CustomResource):
    def __init__(self, name, opts=None):
        super().__init__("test:index:Keeper", name, {}, opts)

class Group(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("test:index:Group", name, {}, opts)
"""


class Recorder:
    """A provider that remembers what it was asked."""

    def __init__(self):
        self.calls = []

    async def create(self, urn, kind, name, inputs):
        self.calls.append(("create", name, dict(inputs)))
        if inputs.get("fail"):
            raise ProviderError("no such size")
        secrets = frozenset({"made"} if inputs.get("secret") else ())
        return Outcome(f"{name}-id", {**inputs, "made": f"made {name}"}, secrets)

    async def settle(self):
        """Return at once: nothing runs."""

    def is_retained(self, kind):
        return kind == "test:index:Keeper"

    async def update(self, urn, kind, old, olds, news):
        self.calls.append(("update", urn.rpartition("::")[2], dict(news)))
        if news.get("fail"):
            raise ProviderError("no such size")
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn, kind, old, inputs):
        self.calls.append(("delete", old.id))

    async def invoke(self, token, arguments):
        self.calls.append(("invoke", token, dict(arguments)))
        return {"answer": 42}


@pytest.fixture
async def bench(tmp_path):
    """Runs programs one after the other against one provider."""

    async def lost():
        pass

    processes = Processes(lost)
    await processes.open()
    said = []
    recorder = Recorder()
    deployment = Deployment(recorder, Replacements({"test:index:Thing": {"shape"}}))
    engine = Engine(deployment, processes, tmp_path / "program.log", said.append)

    async def up(program, **config):
        recorder.calls.clear()
        (tmp_path / "__main__.py").write_text(PREAMBLE + program)
        settings = {f"demo:{key}": value for key, value in config.items()}
        return await engine.up(Project(tmp_path, "demo", "local", settings))

    async def preview(program):
        recorder.calls.clear()
        (tmp_path / "__main__.py").write_text(PREAMBLE + program)
        return await engine.preview(Project(tmp_path, "demo", "local", {}))

    up.preview = preview
    up.calls = recorder.calls
    up.said = said
    yield up
    await processes.close()


async def test_outputs_are_inputs_of_other_resources_and_exports(bench):
    outputs = await bench("""
a = Thing("a", size=10)
b = Thing("b", of=a.made, same=a.id)
pulumi.export("made", b.made)
""")

    assert outputs == {"made": "made b"}
    assert bench.calls == [
        ("create", "a", {"size": 10}),
        ("create", "b", {"of": "made a", "same": "a-id"}),
    ]


async def test_settings_and_secrets_reach_the_program(bench):
    outputs = await bench(
        """
thing = Thing("a", secret=True, size=pulumi.Config().require_int("size"))
pulumi.export("size", pulumi.Config().require_int("size"))
pulumi.export("secret", pulumi.Output.all(thing.made).apply(lambda all: all[0]))
pulumi.export("is_secret", pulumi.Output.from_input(thing.made.is_secret()))
""",
        size="7",
    )

    assert outputs["size"] == 7
    assert outputs["secret"] == "made a"
    assert outputs["is_secret"] is True


async def test_program_may_use_the_users_download_settings_and_reaches_the_engine(
    bench, monkeypatch
):
    settings = {
        "SSL_CERT_FILE": "/certificates",
        "REQUESTS_CA_BUNDLE": "/bundle",
        "PIP_INDEX_URL": "http://127.0.0.1:1/pip",
        "UV_INDEX_URL": "http://127.0.0.1:1/uv",
        "https_proxy": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
    }
    others = {"no_proxy": "example.com", "NO_PROXY": "example.net", "AWS_PROFILE": "mine"}
    for name, value in {**settings, **others}.items():
        monkeypatch.setenv(name, value)

    outputs = await bench("import os; pulumi.export('all', dict(os.environ))")

    assert settings.items() <= outputs["all"].items()
    for name in ("no_proxy", "NO_PROXY"):
        assert outputs["all"][name] == "127.0.0.1,localhost,example.com,example.net"
    assert "AWS_PROFILE" not in outputs["all"]


async def test_an_unchanged_program_changes_nothing(bench):
    await bench("Thing('a', size=1)")
    await bench("Thing('a', size=1)")

    assert bench.calls == []


async def test_a_second_run_updates_creates_and_deletes_resources(bench):
    await bench("Thing('a', size=1); Thing('b', opts=pulumi.ResourceOptions()); Thing('c')")
    await bench("Thing('a', size=2); Thing('d')")

    assert sorted(bench.calls) == [
        ("create", "d", {}),
        ("delete", "b-id"),
        ("delete", "c-id"),
        ("update", "a", {"size": 2}),
    ]


async def test_resources_with_data_are_retained_when_no_longer_declared(bench):
    await bench("Keeper('data'); Thing('a')")
    await bench("")
    assert bench.calls == [("delete", "a-id")]

    await bench("Keeper('data')")
    assert bench.calls == []


CHAIN = """
a = Thing("a", size={size})
Thing("b", of=a.made)
pulumi.export("made", a.made)
"""


async def test_a_preview_creates_nothing_and_its_outputs_are_unknown(bench):
    run = await bench.preview(CHAIN.format(size=1))

    assert bench.calls == []
    assert [one.inputs for one in run.resources.values() if one.custom] == [
        {"size": 1},
        {"of": UNKNOWN},
    ]
    assert run.outputs == {"made": UNKNOWN}


async def test_a_preview_knows_existing_resources_and_changes_none(bench):
    await bench(CHAIN.format(size=1))
    run = await bench.preview(CHAIN.format(size=2))

    assert bench.calls == []
    assert run.outputs["made"] == "made a"
    await bench(CHAIN.format(size=1))
    assert bench.calls == []


async def test_reverting_after_a_failed_update_is_an_update(bench):
    await bench("Thing('a', size=1)")
    with pytest.raises(ProgramFailed, match="no such size"):
        await bench("Thing('a', size=2, fail=True)")
    await bench("Thing('a', size=1)")

    assert bench.calls == [("update", "a", {"size": 1})]


async def test_ignored_changes_are_not_changes(bench):
    ignore = "opts=pulumi.ResourceOptions(ignore_changes=['size'])"
    await bench(f"Thing('a', size=1, {ignore})")
    await bench(f"Thing('a', size=2, {ignore})")

    assert bench.calls == []


async def test_the_program_can_choose_the_order_of_a_replacement(bench):
    for shape in ("round", "flat"):
        await bench(f"""
for name, first in (("a", True), ("b", False)):
    Thing(name, shape="{shape}", opts=pulumi.ResourceOptions(delete_before_replace=first))
""")

    steps = [call[:2] for call in bench.calls]
    assert steps.index(("delete", "a-id")) < steps.index(("create", "a"))
    assert steps.index(("create", "b")) < steps.index(("delete", "b-id"))


async def test_a_rejected_resource_ends_the_program_with_the_reason(bench):
    with pytest.raises(ProgramFailed, match=r"^a \(test:index:Thing\): no such size"):
        await bench("Thing('a', fail=True)")


async def test_the_next_run_continues_after_a_failure(bench):
    with pytest.raises(ProgramFailed):
        await bench("Thing('a'); Thing('b', fail=True)")
    await bench("Thing('a'); Thing('b')")

    assert bench.calls == [("create", "b", {})]


async def test_an_exception_shows_the_program_s_own_traceback(bench):
    with pytest.raises(ProgramFailed, match="ZeroDivisionError"):
        await bench("1 / 0")


async def test_an_error_for_the_user_is_one_line(bench):
    with pytest.raises(ProgramFailed, match=r"^size is wrong$"):
        await bench("raise pulumi.RunError('size is wrong')")


async def test_two_resources_of_one_type_and_name_are_an_error(bench):
    with pytest.raises(ProgramFailed, match="declares two resources of this type and name"):
        await bench("Thing('a'); Thing('a')")


async def test_parents_are_part_of_a_resource_s_name(bench):
    outputs = await bench("""
inner = Group("inner", pulumi.ResourceOptions(parent=Group("outer")))
pulumi.export("urn", Thing("a", pulumi.ResourceOptions(parent=inner)).urn)
""")

    kinds = "test:index:Group$test:index:Group$test:index:Thing"
    assert outputs["urn"] == f"urn:pulumi:local::demo::{kinds}::a"


async def test_provider_functions_are_called(bench):
    outputs = await bench("""
answer = pulumi.runtime.invoke("test:index:ask", {"of": "life"}).value
pulumi.export("answer", answer["answer"])
""")

    assert outputs == {"answer": 42}
    assert bench.calls == [("invoke", "test:index:ask", {"of": "life"})]


async def test_log_messages_of_the_program_are_reported(bench):
    await bench("pulumi.log.warn('mind the gap')")

    assert bench.said[1:] == ["mind the gap"]


async def test_the_program_sees_no_aws_settings_of_the_user(bench, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")

    outputs = await bench("""
import os
names = ("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY")
pulumi.export("seen", [os.environ.get(name) for name in names])
""")

    assert outputs["seen"] == [None, "local"]
