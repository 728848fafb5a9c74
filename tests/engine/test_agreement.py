"""The built-in engine and the real one treat the same program alike."""

import json
from pathlib import Path

import pytest

from localcloud.engine.provider import Outcome
from localcloud.engine.replacements import Replacements
from localcloud.engine.servicer import Servicer
from localcloud.provider.replacements import REPLACE_ON_CHANGES
from tests.engine.tool import Stack, provided
from tests.infra.recording import Programs, Recorder
from tests.running import project_copy

SETTINGS = {"dockerImage": "repository:tag", "bytecode": "none", "maxTasks": "1"}


class Account(Recorder):
    """Makes up the same outputs for both."""

    async def update(self, urn, type_, old, olds, news):
        return Outcome(old.id, {**old.outputs, **news})

    async def read(self, urn, type_, old):
        return old


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return project_copy(tmp_path_factory.mktemp("agreement") / "project")


@pytest.fixture(scope="module")
def built_in(project, tmp_path_factory):
    programs = Programs(project, "test", tmp_path_factory.mktemp("log"))
    yield programs.run(**SETTINGS, **{"aws:region": "eu-west-1"})
    programs.close()


@pytest.fixture(scope="module")
def real(tool, project):
    with provided(
        Servicer(Account(), Replacements(REPLACE_ON_CHANGES)), "aws", "random"
    ) as variables:
        stack = Stack(tool, project, "test", project.parent / "backend", variables)
        stack.init(**SETTINGS, **{"aws:region": "eu-west-1"}).up()
        yield stack


def shown(value):
    """Return a value without what only one engine stores: hashes and paths of folders."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return value.get("path") or value.get("plaintext") or "a secret"
        return {key: shown(member) for key, member in value.items()}
    if isinstance(value, list):
        return [shown(member) for member in value]
    return str(getattr(value, "path", value)) if not isinstance(value, (int, float)) else value


def of(one, word):
    """Return inputs or outputs without what the real engine adds to a provider."""
    own = ("__internal", "version") if one["type"].startswith("pulumi:providers:") else ()
    return {key: shown(value) for key, value in one.get(word, {}).items() if key not in own}


def test_both_engines_register_the_same_resources(built_in, real):
    kept = {one["urn"]: one for one in real.resources() if "providers:random" not in one["type"]}

    assert kept.keys() == built_in.by_urn.keys()
    for urn, one in kept.items():
        declared = built_in.by_urn[urn]
        assert one["type"] == declared.type_
        assert one.get("parent", "") == declared.parent
        if one["custom"]:
            assert of(one, "inputs") == shown(declared.inputs), urn
        if one["custom"] and not one["type"].startswith("pulumi:"):
            assert of(one, "outputs") == shown(declared.outputs), urn
            assert set(one.get("dependencies", ())) == declared.dependencies - {declared.parent}


def test_both_engines_register_the_same_component_outputs(built_in, real):
    kept = {one["urn"]: one for one in real.resources() if not one["custom"]}

    assert kept.keys() == built_in.registered.keys()
    for urn, one in kept.items():
        if one.get("parent"):  # those of the stack follow below
            assert of(one, "outputs") == shown(built_in.registered[urn]), urn
    assert any(one.get("parent") and one.get("outputs") for one in kept.values())


def test_both_engines_have_the_same_outputs(built_in, real):
    outputs = real.outputs()

    assert outputs == json.loads(json.dumps(built_in.outputs))
    assert Path(real.state).exists()
