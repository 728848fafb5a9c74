import pytest

from tests.engine.tool import provided_tool
from tests.running import ROOT


@pytest.fixture(scope="session")
def tool():
    """The path of the real engine, which `make pulumi` has provided."""
    return provided_tool(ROOT)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Keep the chapters of a story in their order, which chance has changed."""
    chapters = [index for index, item in enumerate(items) if item.get_closest_marker("story")]
    told = sorted((items[index] for index in chapters), key=lambda item: item.location[:2])
    for index, item in zip(chapters, told, strict=True):
        items[index] = item
