"""The language host stops its programs, however it or the engine ends."""

import os
import signal
import subprocess
import sys

import grpc
import pytest
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from tests.running import ROOT, is_alive, wait_until

# Acts as the engine: starts the host, prints its pid, and waits for it.
ENGINE = """
import subprocess, sys
host = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
print(host.pid, flush=True)
host.wait()
"""
HOST = """
import sys
from pathlib import Path
from localcloud.engine import language
language.PROGRAM = Path(sys.argv[1])
language.main()
"""
# Starts a process that outlives it if it is killed alone, and prints both pids.
PROGRAM = """
import os, subprocess, sys, time
from pathlib import Path
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
told = Path(__file__).with_name("making")
told.write_text(f"{os.getpid()} {child.pid}")
told.rename(told.with_name("made"))
time.sleep(600)
"""


@pytest.fixture
def running(tmp_path):
    """The pids of an engine, its host, a program under way and what that has started."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, "-c", ENGINE, HOST, str(program), "127.0.0.1:1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as engine:
        host, port = int(engine.stdout.readline()), int(engine.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = language_pb2_grpc.LanguageRuntimeStub(channel)
            answer = stub.Run.future(language_pb2.RunRequest(pwd=str(tmp_path)))
            made = tmp_path / "made"
            wait_until(made.exists)
            pids = [engine.pid, host, *map(int, made.read_text().split())]
            yield pids
            answer.cancel()
        for pid in filter(is_alive, pids):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("which", "number"), [(0, signal.SIGKILL), (1, signal.SIGTERM), (1, signal.SIGINT)]
)
def test_no_program_outlives_a_killed_engine_or_a_stopped_host(running, which, number):
    os.kill(running[which], number)

    wait_until(lambda: not any(map(is_alive, running)), lambda: str(running))
