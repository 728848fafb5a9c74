import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

MISSING = "the real engine is missing: `make pulumi` says what to install"


@pytest.fixture(scope="session")
def tool():
    """The path of the real engine, which `make pulumi` has provided."""
    answer = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "pulumi.py"), "--optional"],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.stdout:
        return Path(answer.stdout.splitlines()[-1])
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Keep the chapters of a story in their order, which chance has changed."""
    chapters = [index for index, item in enumerate(items) if item.get_closest_marker("story")]
    told = sorted((items[index] for index in chapters), key=lambda item: item.location[:2])
    for index, item in zip(chapters, told, strict=True):
        items[index] = item
