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
