"""The peak memory of a process, measured while it runs."""

import subprocess
import sys

import pytest

from localcloud.runtimes.functions.memory import PeakMemory

PROGRAM = """
import sys
print(len(b"x" * (100 << 20)), flush=True)  # freed at once
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux stores the peak of a process")
def test_a_peak_before_the_first_sample_counts():
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        memory = PeakMemory(process.pid)
        memory.sample()
        process.stdin.close()

    assert 100 < memory.mb < 200


def test_a_process_that_has_ended_has_no_peak():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    memory = PeakMemory(process.pid)
    memory.sample()

    assert memory.mb is None
