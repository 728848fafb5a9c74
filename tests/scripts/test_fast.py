"""`make test-fast`: tests that start a process are skipped, the others run."""

import re
import subprocess
import sys

from tests.running import ROOT


def test_tests_that_start_a_process_are_skipped_and_others_run():
    command = [sys.executable, "-m", "pytest", "--fast", "-n0", "-rs", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/scripts/test_run_tests.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    passed, skipped = re.search(r"(\d+) passed, (\d+) skipped", done.stdout).groups()
    assert int(passed) > 0
    assert int(skipped) > 0
    assert "starts a process" in done.stdout
