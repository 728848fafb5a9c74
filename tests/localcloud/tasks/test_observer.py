"""CPU and memory of a service are those of all processes of its tasks."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.runtimes.tasks.observer import Observer

BUSY = """
import subprocess, sys, time
data = b"x" * (50 << 20)
child = subprocess.Popen([sys.executable, "-c", '''
import time
data = b"x" * (50 << 20)
print("ready", flush=True)
while True:
    pass
'''])
child.wait()
"""


@dataclass
class Running:
    """A running task."""

    pid: int
    log: Path


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "task.log"
    file.write_bytes(b"a line\nand a part")
    return file


def test_usage_includes_the_descendants_of_a_task(spec, log):
    measured = {}
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdout=subprocess.PIPE, start_new_session=True
    ) as task:
        observer = Observer(measured.__setitem__, print, lambda: [Running(task.pid, log)])
        try:
            assert task.stdout.readline() == b"ready\n"
            observer.measure(spec)
            assert "CPUUtilization" not in measured
            while not measured.get("CPUUtilization"):  # the child uses CPU sooner or later
                observer.measure(spec)
        finally:
            os.killpg(task.pid, signal.SIGKILL)

    assert measured["MemoryUtilization"] > 100 * 100 / spec.memory_mb


def test_a_task_that_has_ended_uses_nothing(spec, log):
    measured = {}
    with subprocess.Popen(["true"]) as task:
        task.wait()

    Observer(measured.__setitem__, print, lambda: [Running(task.pid, log)]).measure(spec)

    assert measured == {}


def test_printed_lines_are_passed_on(spec, log):
    printed = []

    Observer({}.__setitem__, printed.append, lambda: [Running(os.getpid(), log)]).measure(spec)

    assert printed == [b"a line\n"]
