import os

import pytest

from localcloud.engine.project import ProjectError
from localcloud.shell import engine_tool
from tests.running import ROOT


@pytest.fixture(scope="session")
def tool():
    """The path of the real engine, which `make pulumi` has provided."""
    try:
        return engine_tool(ROOT)
    except ProjectError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Keep the chapters of a story in their order, which chance has changed."""
    chapters = [index for index, item in enumerate(items) if item.get_closest_marker("story")]
    told = sorted((items[index] for index in chapters), key=lambda item: item.location[:2])
    for index, item in zip(chapters, told, strict=True):
        items[index] = item
