"""How long the client takes to start, against the least that it could take."""

import json
import os
import subprocess
import sys

import pytest

from tests.running import ROOT

ROUNDS = 8  # on a busy machine many a round is unlucky; the first good one is enough


def rounds():
    """Give the ratios of each round, every one the best of several starts."""
    command = [sys.executable, str(ROOT / "scripts" / "start.py"), "--times", "3"]
    for _ in range(ROUNDS):
        ran = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
        yield {name: pair["ratio"] for name, pair in json.loads(ran.stdout).items()}


@pytest.mark.timeout(300)
def test_the_first_frame_and_a_script_s_list_come_soon():
    best = {"first frame": 99.0, "blogs ls --json": 99.0}
    for ratios in rounds():
        best = {name: min(best[name], ratio) for name, ratio in ratios.items()}
        if best["first frame"] <= 1.5 and best["blogs ls --json"] <= 3:
            return
    pytest.fail(f"times of a bare Textual app, and of Python with the HTTP client: {best}")
