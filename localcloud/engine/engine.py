"""Runs the program, and makes what the provider holds equal to what it registered."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from localcloud.engine.monitor import Monitor, Resource, Run
from localcloud.engine.preview import Preview
from localcloud.engine.project import Project
from localcloud.engine.provider import Provider
from localcloud.environment import clean_environment
from localcloud.processes import Process, Processes

_LAUNCHER: Final = Path(__file__).with_name("program.py")
_PARALLEL: Final = 16  # registrations at once
# By this setting a program is told where AWS is stood in for: by the built-in engine itself.
_ENDPOINT: Final = "awsEndpoint"
_LOG_TAIL: Final = 4000  # characters of the program's own output to show when it fails


class ProgramFailed(Exception):
    """The program ended with an error; the text is for the person who wrote it."""


class Engine:
    """Brings the declared resources up, again and again as the program changes."""

    def __init__(
        self, provider: Provider, processes: Processes, log: Path, say: Callable[[str], None]
    ) -> None:
        """Send the program's own output to *log*, and its messages to *say*."""
        self._provider = provider
        self._processes = processes
        self._log = log
        self._say = say
        self._resources: dict[str, Resource] = {}

    async def up(self, project: Project) -> dict[str, Any]:
        """Run the program and give the stack's outputs.

        After a ProgramFailed what was made stays, and the next run goes on from there.
        """
        self._say(f"running the program (stack {project.stack})")
        run = await self._run(project, self._provider, self._resources, is_dry=False)
        await self._delete_unregistered(run.resources)
        return run.outputs

    async def preview(self, project: Project) -> Run:
        """Run the program and make nothing; `UNKNOWN` stands for what only making would tell."""
        known = {urn: replace(resource) for urn, resource in self._resources.items()}
        return await self._run(project, Preview(self._provider), known, is_dry=True)

    async def _run(
        self,
        project: Project,
        provider: Provider,
        known: dict[str, Resource],
        *,
        is_dry: bool,
    ) -> Run:
        monitor = Monitor((project.name, project.stack), provider, known, self._say)
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
            [sys.executable, str(_LAUNCHER), settings],
            cwd=project.root,
            env=_program_environment(config),
            log=self._log,
        )

    def _reason(self, run: Run, status: int) -> str:
        """Say why it failed: what was refused, what the program said, or what it printed."""
        if run.refusals:
            return "\n".join(dict.fromkeys(run.refusals))
        printed = self._log.read_text("utf-8", "replace").strip()[-_LOG_TAIL:]
        return "\n".join(run.errors) or printed or f"the program ended with status {status}"

    async def _delete_unregistered(self, registered: dict[str, Resource]) -> None:
        """Delete what the program no longer declares, the last made first.

        What holds data stays: an edit that is saved half-way must not cost it.
        """
        for urn in reversed([urn for urn in self._resources if urn not in registered]):
            resource = self._resources[urn]
            if resource.custom and self._provider.is_kept(resource.kind):
                continue
            del self._resources[urn]
            if resource.custom:
                await self._provider.delete(urn, resource.kind, resource.outcome, resource.inputs)


@contextlib.asynccontextmanager
async def served(monitor: Monitor) -> AsyncIterator[str]:
    """Give the address at which the program finds *monitor*."""
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
    """Give the stack's settings as the SDK reads them from its environment."""
    config = dict(project.config)
    endpoint = f"{project.name}:{_ENDPOINT}"
    if config.get(endpoint):
        config[endpoint] = f"http://{address}"
    return {"PULUMI_CONFIG": json.dumps(config), "PULUMI_CONFIG_SECRET_KEYS": "[]"}


def _program_environment(settings: dict[str, str]) -> dict[str, str]:
    """Give the program the user's PATH and uv's settings: it builds the functions' package."""
    user = {name: value for name, value in os.environ.items() if name.startswith("UV_")}
    made = clean_environment("http://127.0.0.1:1", user | settings)  # it calls no service
    return made | {"PATH": os.pathsep.join([made["PATH"], os.environ.get("PATH", "")])}
