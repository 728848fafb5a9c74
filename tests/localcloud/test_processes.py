"""No process outlives the local cloud, however it ends."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.processes import Processes
from tests.running import ROOT, is_alive, wait_until

SLEEP = "import time; time.sleep(600)"
# Starts a process that starts another one in its group, prints both pids, and waits.
PARENT = """
import asyncio, os, sys
from pathlib import Path
from localcloud.processes import Processes

CHILD = '''
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
'''

async def main():
    async def lost(): pass
    processes = Processes(lost)
    await processes.open()
    log = Path(sys.argv[1])
    process = await processes.spawn(
        "child", [sys.executable, "-c", CHILD], cwd=Path("/"), env=dict(os.environ), log=log
    )
    while not log.read_text().strip():
        await asyncio.sleep(0.01)
    print(process.pid, log.read_text().strip(), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
async def processes():
    async def lost():
        pass

    processes = Processes(lost)
    await processes.open()
    yield processes
    await processes.close()


def spawn(processes, code, tmp_path, **options):
    command = [sys.executable, "-c", code]
    given = {"cwd": tmp_path, "env": dict(os.environ), "log": tmp_path / "log", **options}
    return processes.spawn("test", command, **given)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_processes_of_a_dead_local_cloud_are_killed(tmp_path, number):
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert all(is_alive(pid) for pid in pids)
        parent.send_signal(number)

    wait_until(lambda: not any(is_alive(pid) for pid in pids))
    assert len(pids) == 2


async def test_output_goes_to_the_log_and_the_exit_status_is_known(processes, tmp_path):
    process = await spawn(processes, "import sys; print('out'); sys.exit('err')", tmp_path)

    assert await process.wait() == 1
    assert sorted((tmp_path / "log").read_text().split()) == ["err", "out"]


async def test_standard_input_is_empty(processes, tmp_path):
    process = await spawn(processes, "import sys; print(repr(sys.stdin.read()))", tmp_path)

    await process.wait()
    assert (tmp_path / "log").read_text() == "''\n"


async def test_a_process_that_ignores_sigterm_is_killed(processes, tmp_path):
    code = f"import signal; signal.signal(15, signal.SIG_IGN); print(1, flush=True); {SLEEP}"
    process = await spawn(processes, code, tmp_path)
    while not (tmp_path / "log").read_text():
        await asyncio.sleep(0.01)

    assert await process.stop(0.2) == -signal.SIGKILL


async def test_a_process_that_obeys_sigterm_has_its_own_exit_status(processes, tmp_path):
    code = f"import signal; signal.signal(15, lambda *_: exit(7)); print(1, flush=True); {SLEEP}"
    process = await spawn(processes, code, tmp_path)
    while not (tmp_path / "log").read_text():
        await asyncio.sleep(0.01)

    assert await process.stop(20) == 7


async def test_closing_kills_all_processes_and_rejects_new_ones(processes, tmp_path):
    process = await spawn(processes, SLEEP, tmp_path)

    await processes.close()

    assert process.returncode == -signal.SIGKILL
    with pytest.raises(RuntimeError, match="the local cloud is stopping"):
        await spawn(processes, SLEEP, tmp_path)


def guardians():
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in children}
    return [int(pid) for pid, command in commands.items() if "guardian.py" in command]


async def test_the_end_of_the_guardian_is_noticed(tmp_path):
    noticed = asyncio.Event()

    async def lost():
        noticed.set()

    processes = Processes(lost)
    await processes.open()
    wait_until(guardians)  # a child is named once it has become another program
    os.kill(guardians()[-1], signal.SIGKILL)

    await asyncio.wait_for(noticed.wait(), 20)
    await processes.close()
