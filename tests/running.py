"""A local cloud as a process of its own, as a user starts it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60


class RunningCloud:
    """`python -m localcloud` with a state folder of its own."""

    def __init__(self, state, *arguments, project=ROOT, environment=None):
        self.state = Path(state)
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": str(self.state.parent / "xdg"),
            **(environment or {}),
        }
        self.log = self.state.parent / f"{self.state.name}.stderr"
        command = [sys.executable, "-m", "localcloud", "--project", str(project)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--state", str(state), *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.outputs = {}

    def ready(self):
        """Wait for the line of outputs."""
        line = self.process.stdout.readline()
        assert line, self.said()
        self.outputs = json.loads(line)
        return self

    def said(self):
        return self.log.read_text()

    def wait_until_said(self, text):
        wait_until(lambda: text in self.said(), self.said)

    @property
    def functions(self):
        return self.outputs["FunctionsURL"]

    @property
    def containers(self):
        return self.outputs["ContainersURL"]

    @property
    def token(self):
        return self.outputs["WriteToken"]

    @property
    def authorization(self):
        return {"Authorization": f"Bearer {self.token}"}

    def processes(self):
        """Give the pids of the local cloud and of all that it has started."""
        return descendants(self.process.pid)

    def stop(self, number=signal.SIGTERM):
        """Ask it to stop, and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def wait_until(condition, explain=lambda: "the condition did not become true"):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.02)


def is_alive(pid):
    """Whether the process runs; one that has ended but was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descendants(pid):
    found = [pid]
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found += descendants(int(child))
    return found
