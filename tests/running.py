"""A local cloud as a process of its own, as a user starts it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_S = 180


class RunningCloud:
    """`python -m localcloud` with a state folder of its own."""

    def __init__(self, state, *arguments, project=ROOT, environment=None, stdin=subprocess.DEVNULL):
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
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.outputs = {}

    def ready(self):
        """Wait for the line of outputs."""
        line = self.process.stdout.readline()
        assert line, self.read_log()
        self.outputs = json.loads(line)
        return self

    def read_log(self):
        return self.log.read_text()

    def wait_for_log(self, text):
        wait_until(lambda: text in self.read_log(), self.read_log)

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

    def stop_by_itself(self):
        """Wait for the end that a failure brings, and give its exit status."""
        try:
            return self.process.wait(TIMEOUT_S)
        finally:
            self.process.stdout.close()

    def stop(self, number=signal.SIGTERM):
        """Ask it to stop, and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.stop_by_itself()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def wait_until(condition, explain=lambda: "the condition did not become true"):
    deadline = time.monotonic() + TIMEOUT_S
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


def project_copy(folder):
    """Copy the project into *folder*, to be edited; what set-up has made is shared."""
    ignored = shutil.ignore_patterns(".*", "node_modules", "tests", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, folder, ignore=ignored)
    for shared in (".cache", ".venv", "node_modules"):
        (folder / shared).symlink_to(ROOT / shared)
    return folder


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


class Load:
    """Asks both backends all the time, on kept connections, from a process of its own."""

    PROGRAM = """
import json, sys, time, httpx
failures, count = [], 0
with httpx.Client(timeout=30) as client:
    sys.stdin.fileno()
    import select
    while not select.select([sys.stdin], [], [], 0)[0]:
        for url in sys.argv[1:]:
            try:
                answer = client.get(url)
                if answer.status_code != 200:
                    failures.append(f"{url} {answer.status_code} {answer.text[:200]}")
            except httpx.HTTPError as error:
                failures.append(f"{url} {error!r}")
            count += 1
print(json.dumps([failures, count]))
"""

    def __init__(self, outputs):
        """*outputs* are the stack's."""
        self._urls = [f"{outputs[side]}/blog" for side in ("FunctionsURL", "ContainersURL")]

    def __enter__(self):
        command = [sys.executable, "-c", self.PROGRAM, *self._urls]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_):
        answer, _ = self._process.communicate("stop\n", timeout=60)
        self.failures, self.count = json.loads(answer)
