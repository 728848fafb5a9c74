"""The program runs in a preview, where most values are unknown."""

import asyncio
import os

import pytest

from localcloud.engine.deployment import Deployment
from localcloud.engine.engine import Engine
from localcloud.engine.project import load_project
from localcloud.engine.property_values import UNKNOWN
from localcloud.processes import Processes
from tests.infra.recording import Recorder, make_docker
from tests.infra.variants import STACK, VARIANTS

BUILT = "docker-build:index:Image"


class PreviewProvider(Recorder):
    """A provider that can be invoked, but must create nothing."""

    async def create(self, urn, type_, name, inputs):
        raise AssertionError(f"a preview made {name}")


class WithDocker(Processes):
    """Starts programs with a fake Docker first on PATH."""

    def __init__(self, docker, lost):
        super().__init__(lost)
        self._docker = docker

    async def spawn(self, name, command, *, env, **options):
        path = os.pathsep.join([str(self._docker), env["PATH"]])
        return await super().spawn(name, command, env={**env, "PATH": path}, **options)


@pytest.fixture(scope="module", params=VARIANTS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def previewed(name, pytestconfig, tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    project = load_project(pytestconfig.rootpath, STACK, VARIANTS[name])
    return asyncio.run(_preview(project, folder))


async def _preview(project, folder):
    async def lost():
        pass

    processes = WithDocker(make_docker(folder), lost)
    await processes.open()
    try:
        engine = Engine(Deployment(PreviewProvider()), processes, folder / "program.log", print)
        return await engine.preview(project)
    finally:
        await processes.close()


def test_preview_shows_every_resource_of_an_update(previewed, name, variants):
    assert set(previewed.resources) == set(variants(name).by_urn)


def test_preview_shows_the_outputs_of_an_update(previewed, name, variants):
    assert previewed.outputs.keys() == variants(name).outputs.keys()


def test_preview_shows_which_outputs_are_unknown(previewed, name):
    https = "domainName" in VARIANTS[name]

    assert previewed.outputs.get("WriteToken", UNKNOWN) == UNKNOWN
    assert previewed.outputs["FunctionsURL"] == UNKNOWN
    assert previewed.outputs["LoadBalancerHost"] == UNKNOWN
    assert previewed.outputs["ContainersURL"] == ("https://blog.example.com" if https else UNKNOWN)
    assert previewed.outputs["FunctionMemory"] == int(VARIANTS[name].get("memorySize", 442))
    assert previewed.outputs["FunctionNames"]["GetBlogs"] == "blog-test-GetBlogs"


def test_preview_with_an_image_build_does_not_know_its_repository(previewed, name):
    images = [one for one in previewed.resources.values() if one.type_ == BUILT]

    assert len(images) == ("dockerImage" not in VARIANTS[name])
    for one in images:
        assert one.inputs["tags"] == [UNKNOWN]
        assert one.inputs["registries"] == [
            {"address": UNKNOWN, "username": UNKNOWN, "password": UNKNOWN}
        ]
