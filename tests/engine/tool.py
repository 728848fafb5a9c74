"""The real Pulumi CLI with a separate project, backend and home."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from localcloud.engine.project import ProjectError
from localcloud.engine.servicer import serving
from localcloud.shell import engine_tool

TIMEOUT_S = 300
# For a project file: the Python of the tests runs the program with any language host.
RUNTIME = f"""\
runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: {sys.prefix}
"""
REAL_LOOKING = {
    "AWS_ACCESS_KEY_ID": "AKIAREALLOOKINGKEY00",
    "AWS_SECRET_ACCESS_KEY": "real-looking-secret",
    "AWS_SESSION_TOKEN": "real-looking-session",
    "AWS_PROFILE": "",
    "AWS_REGION": "us-east-1",
}


def provided_tool(root):
    """Return the CLI that was found or built; without one, skip the test, or fail in CI."""
    try:
        return engine_tool(root)
    except ProjectError as error:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(error))


class Stack:
    """One stack of the project in *folder*; several stacks can share a *backend*."""

    def __init__(self, tool, folder, name, backend, environment):
        self.folder, self.name = folder, name
        self.state = backend / ".pulumi" / "stacks" / folder_name(folder) / f"{name}.json"
        self.output = ""
        self._outputs = None  # of the last deployment
        backend.mkdir(exist_ok=True)
        self.environment = {
            "PATH": os.pathsep.join([str(tool.parent), os.environ["PATH"]]),
            "HOME": str(backend),
            "PULUMI_HOME": str(backend / "home"),
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "of the tests",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            **environment,
        }

    @classmethod
    def within(cls, folder, name, backend, environment):
        """Return a stack that uses exactly this environment, such as that of a shell."""
        stack = cls(Path(), folder, name, backend, {})
        stack.environment = environment
        return stack

    def run(self, *words, fails=False):
        """Run a command, and return its output."""
        answer = self.ask(*words)
        assert (answer.returncode != 0) == fails, answer.stdout + answer.stderr
        return answer.stdout + answer.stderr

    def ask(self, *words):
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def command(self, *words):
        return ["pulumi", *words, "--stack", self.name, "--non-interactive"]

    def init(self, **settings):
        self.run("stack", "init")
        if settings:
            self.set(**settings)
        return self

    def set(self, **settings):
        pairs = [word for pair in settings.items() for word in ("--plaintext", "=".join(pair))]
        self.run("config", "set-all", "--path", *pairs)

    def up(self, *words, fails=False):
        """Deploy; return the changes, as in `steps`."""
        log = self.folder.parent / f"{self.name}.events"
        log.unlink(missing_ok=True)
        self._outputs = None
        self.output = self.run(
            *("up", "--yes", "--skip-preview", "--event-log", str(log), *words), fails=fails
        )
        return steps(log)

    def preview(self):
        """Return what a deployment would change, as in `steps`."""
        log = self.folder.parent / f"{self.name}.events"
        log.unlink(missing_ok=True)
        self.output = self.run("preview", "--event-log", str(log))
        return steps(log)

    def outputs(self):
        """Return the outputs of the last deployment."""
        if self._outputs is None:
            self._outputs = json.loads(self.run("stack", "output", "--json", "--show-secrets"))
        return self._outputs

    def resources(self):
        """Return the state of every resource."""
        document = json.loads(self.state.read_text())
        return document["checkpoint"]["latest"].get("resources", [])


def folder_name(folder):
    (line,) = [
        line
        for line in (folder / "Pulumi.yaml").read_text().splitlines()
        if line.startswith("name:")
    ]
    return line.partition(":")[2].strip()


def steps(log):
    """Return the operations in an event log by logical name, without providers.

    The steps of a replacement are one ``replace``.
    """
    found = {}
    for line in log.read_text().splitlines():
        step = json.loads(line).get("resourcePreEvent", {}).get("metadata")
        if (
            step
            and step["op"] not in ("read", "refresh", "same")
            and not step["type"].startswith("pulumi:")
        ):
            operation = "replace" if "replace" in step["op"] else step["op"]
            found[step["urn"].rpartition("::")[2]] = operation
    return found


@contextlib.contextmanager
def provided(servicer, *packages):
    """Serve a provider in a thread; yield the variables by which an engine finds it."""
    started, loop, ports = threading.Event(), asyncio.new_event_loop(), []
    stopped = asyncio.Event()

    async def serve():
        async with serving(servicer) as port:
            ports.append(port)
            started.set()
            await stopped.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert started.wait(TIMEOUT_S)
    try:
        yield {"PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{ports[0]}" for name in packages)}
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()
