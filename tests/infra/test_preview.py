"""A preview: nothing exists yet, so most values are unknown, and the program must not mind."""

import asyncio

import pytest

from localcloud.engine.engine import Engine
from localcloud.engine.project import load_project
from localcloud.engine.wire import UNKNOWN
from localcloud.processes import Processes
from tests.infra.recording import Recorder
from tests.infra.variants import EVERYTHING, IMAGE, STACK


class Untouchable(Recorder):
    """A provider that may be asked, but must make nothing."""

    async def create(self, urn, kind, name, inputs):
        raise AssertionError(f"a preview made {name}")


@pytest.fixture(scope="module")
def previewed(pytestconfig, tmp_path_factory):
    log = tmp_path_factory.mktemp("preview") / "program.log"
    settings = {**EVERYTHING, "dockerImage": IMAGE}
    project = load_project(pytestconfig.rootpath, STACK, settings)
    return asyncio.run(_preview(project, log))


async def _preview(project, log):
    async def lost():
        pass

    processes = Processes(lost)
    await processes.open()
    try:
        return await Engine(Untouchable(), processes, log, print).preview(project)
    finally:
        await processes.close()


def test_a_preview_shows_every_resource_that_an_update_makes(previewed, declare_deployed):
    made = declare_deployed(**EVERYTHING, dockerImage=IMAGE)

    assert set(previewed.resources) == set(made.by_urn)


def test_a_preview_shows_the_outputs_and_which_are_not_known_yet(previewed):
    assert previewed.outputs["WriteToken"] == UNKNOWN
    assert previewed.outputs["FunctionsURL"] == UNKNOWN
    assert previewed.outputs["ContainersURL"] == "https://blog.example.com"
    assert previewed.outputs["FunctionMemory"] == 10240
    assert previewed.outputs["FunctionNames"]["GetBlogs"] == "blog-test-GetBlogs"
