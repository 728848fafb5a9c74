"""Runs the program, and makes the provider's resources match what it registers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from localcloud.engine.deployment import Deployment
from localcloud.engine.monitor import Monitor, Run
from localcloud.engine.project import ENDPOINT, Project
from localcloud.engine.provider import ProviderError
from localcloud.environment import clean_environment
from localcloud.processes import Process, Processes

_LAUNCHER: Final = Path(__file__).with_name("program.py")
_PARALLEL: Final = 16  # registrations at once
_LOOPBACK: Final = ("127.0.0.1", "localhost")
# The user's settings for downloads, which uv and pip read.
_FETCHING: Final = re.compile(
    r"UV_.*|PIP_.*|SSL_CERT_(FILE|DIR)|(REQUESTS|CURL)_CA_BUNDLE|((HTTPS?|ALL)_PROXY)",
    re.IGNORECASE,
)
_LOG_TAIL: Final = 4000  # characters of the program's own output to show when it fails


class ProgramFailed(Exception):
    """The program ended with an error; the text is for its author."""


class Engine:
    """Deploys the declared resources, again after each change of the program."""

    def __init__(
        self, deployment: Deployment, processes: Processes, log: Path, report: Callable[[str], None]
    ) -> None:
        """Send the program's output to *log*, and its log messages to *report*."""
        self._deployment = deployment
        self._processes = processes
        self._log = log
        self._report = report

    async def up(self, project: Project) -> dict[str, Any]:
        """Run the program and return the stack's outputs when all that it declares runs.

        After a failure everything stays, and the next run continues from there.
        """
        self._report(f"running the program (stack {project.stack})")
        run = await self._run(project, self._deployment, is_dry=False)
        try:
            await self._deployment.finish(run.resources)
        except ProviderError as error:
            raise ProgramFailed(str(error)) from error
        return run.outputs

    async def preview(self, project: Project) -> Run:
        """Run the program and create nothing; outputs known only after creation are `UNKNOWN`."""
        return await self._run(project, self._deployment.preview(), is_dry=True)

    async def _run(self, project: Project, deployment: Deployment, *, is_dry: bool) -> Run:
        monitor = Monitor((project.name, project.stack), deployment, self._report)
        async with served(monitor) as address:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._log.write_bytes(b"")
            settings = _settings(project, address, is_dry=is_dry)
            config = _config(project, address)
            status = await (await self._start(project, settings, config)).wait()
        if status != 0:
            raise ProgramFailed(self._reason(monitor.run, status))
        return monitor.run

    async def _start(self, project: Project, settings: str, config: dict[str, str]) -> Process:
        return await self._processes.spawn(
            "program",
            [sys.executable, str(_LAUNCHER), settings, "no-diagnostics"],
            cwd=project.root,
            env=_program_environment(config),
            log=self._log,
        )

    def _reason(self, run: Run, status: int) -> str:
        """Return why it failed: rejected resources, logged errors, or the program's output."""
        if run.rejections:
            return "\n".join(dict.fromkeys(run.rejections))
        printed = self._log.read_text("utf-8", "replace").strip()[-_LOG_TAIL:]
        return "\n".join(run.errors) or printed or f"the program ended with status {status}"


@contextlib.asynccontextmanager
async def served(monitor: Monitor) -> AsyncIterator[str]:
    """Serve *monitor* and yield its address."""
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1)])
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(monitor, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(None)
        await asyncio.sleep(0)


def _settings(project: Project, address: str, *, is_dry: bool) -> str:
    return json.dumps(
        {
            "monitor": address,
            "engine": address,
            "project": project.name,
            "stack": project.stack,
            "parallel": _PARALLEL,
            "dry_run": is_dry,
            "organization": "organization",
            "root_directory": str(project.root),
        }
    )


def _config(project: Project, address: str) -> dict[str, str]:
    """Return the stack's settings as the SDK reads them from its environment."""
    config = dict(project.config)
    endpoint = f"{project.name}:{ENDPOINT}"
    if config.get(endpoint):  # the built-in engine itself replaces AWS
        config[endpoint] = f"http://{address}"
    return {"PULUMI_CONFIG": json.dumps(config), "PULUMI_CONFIG_SECRET_KEYS": "[]"}


def _program_environment(settings: dict[str, str]) -> dict[str, str]:
    """Return an environment in which the program can fetch the functions' dependencies.

    It has the user's PATH, proxies, certificates, and settings of pip and uv. The program itself
    calls no service, and nothing that it declares runs in this environment.
    """
    clean = clean_environment("http://127.0.0.1:1", settings)
    user = {name: value for name, value in os.environ.items() if _FETCHING.fullmatch(name)}
    # The SDK must reach this engine without a proxy.
    given = dict.fromkeys(os.environ.get(name) for name in ("no_proxy", "NO_PROXY"))
    exempt = ",".join(filter(None, [*_LOOPBACK, *given]))
    path = os.pathsep.join([clean["PATH"], os.environ.get("PATH", "")])
    return clean | user | {"PATH": path, "NO_PROXY": exempt, "no_proxy": exempt}
