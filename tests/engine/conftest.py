import pytest

from tests.engine.tool import provided_tool
from tests.running import ROOT


@pytest.fixture(scope="session")
def tool():
    """The path of the Pulumi CLI that `make pulumi` found or built."""
    return provided_tool(ROOT)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Restore the order of the steps of a story after the random shuffle."""
    steps = [index for index, item in enumerate(items) if item.get_closest_marker("story")]
    ordered = sorted((items[index] for index in steps), key=lambda item: item.location[:2])
    for index, item in zip(steps, ordered, strict=True):
        items[index] = item
