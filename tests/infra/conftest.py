"""The program as it registers itself, without anything behind it."""

import asyncio

import pytest

from localcloud.engine.engine import Engine
from localcloud.engine.project import load_project
from localcloud.engine.provider import Outcome
from localcloud.processes import Processes
from localcloud.provider.invokes import answer


class Recorder:
    """A provider that makes up what AWS would answer."""

    def __init__(self):
        self.resources = []

    async def create(self, urn, kind, name, inputs):
        self.resources.append((kind, name, inputs))
        made = {
            key: f"{key}:{name}"
            for key in (
                "arn",
                "dnsName",
                "executionArn",
                "invokeArn",
                "invokeUrl",
                "name",
                "result",
            )
        }
        return Outcome(f"{name}-id", {**made, **inputs})

    async def invoke(self, token, arguments):
        return answer(token)


class Program:
    """What one run of the program registered."""

    def __init__(self, resources, outputs):
        self.resources = resources
        self.outputs = outputs

    def of(self, kind):
        """Give the inputs of all resources of a type, by logical name."""
        return {name: inputs for found, name, inputs in self.resources if found == kind}


async def _run(root, log, overrides):
    async def lost():
        pass

    processes = Processes(lost)
    await processes.open()
    recorder = Recorder()
    try:
        engine = Engine(recorder, processes, log, print)
        outputs = await engine.up(load_project(root, "local", overrides))
    finally:
        await processes.close()
    return Program(recorder.resources, outputs)


@pytest.fixture(scope="module")
def declare(pytestconfig, tmp_path_factory):
    """Runs the program with settings changed."""
    log = tmp_path_factory.mktemp("program") / "program.log"
    return lambda **overrides: asyncio.run(_run(pytestconfig.rootpath, log, overrides))


@pytest.fixture(scope="module")
def program(declare):
    return declare()
