"""Wires the parts of the local cloud: state, processes, database, provider and engine."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.arguments import LOCAL, PROCESSES, PULUMI
from localcloud.engine.deployment import Deployment
from localcloud.engine.engine import Engine, ProgramFailed
from localcloud.engine.project import Project, ProjectError, load_for_pulumi, load_project
from localcloud.engine.provider import ProviderError
from localcloud.engine_modes import BuiltInMode, EngineMode, pulumi_mode
from localcloud.images.built_image import ToolImageBuilder
from localcloud.images.folder_image import FolderImageBuilder
from localcloud.images.task_image import ImageBuilder
from localcloud.images.tool import ImageError, find_tool
from localcloud.metrics import Metrics
from localcloud.processes import Processes
from localcloud.provider.base import Context
from localcloud.provider.registry import LocalProvider
from localcloud.provider.replacements import REPLACEMENTS
from localcloud.runtimes.balancer import BalancerError
from localcloud.runtimes.cloudwatch import CloudWatch
from localcloud.runtimes.database import Database, DatabaseError, ExternalDatabase, find_node
from localcloud.runtimes.tasks import ServiceFailed
from localcloud.runtimes.traces import Collector, Daemon
from localcloud.shell import engine_tool
from localcloud.state import State, StateError
from localcloud.watch import changes

_log: Final = logging.getLogger(__name__)
# Errors whose text is for the user; any other exception is a bug.
_EXPECTED: Final = (
    BalancerError,
    DatabaseError,
    ImageError,
    ProgramFailed,
    ProjectError,
    ProviderError,
    ServiceFailed,
    StateError,
)


class LocalCloudError(Exception):
    """The local cloud cannot run; the text is for the user."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the command line."""

    project: Path
    stack: str
    state: Path
    config: Mapping[str, str]
    api_port: int | None
    balancer_port: int | None
    dynamodb_endpoint: str | None
    engine: str
    containers: str
    image_base: str
    reload: bool
    until_eof: bool


class LocalCloud:
    """One stack on this machine."""

    def __init__(self, options: Options, report: Callable[[str], None]) -> None:
        self._options = options
        self._report = report
        self._processes = Processes(self._guardian_lost)
        self._lost = asyncio.Event()
        self.stopping = False

    async def run(self) -> None:
        """Deploy the stack, print its outputs, and run it until canceled.

        Raises LocalCloudError if the start fails, or if the guardian process is lost.
        """
        try:
            self._check()
            async with self._parts() as (state, provider, mode):
                await mode.up()
                await provider.remove_unused()
                ending = "" if self._options.until_eof else "; press Ctrl-C to stop"
                self._report(f"ready; logs are in {state.logs}{ending}")
                await self._until_lost(mode)
        except _EXPECTED as error:
            raise LocalCloudError(str(error)) from error

    def _check(self) -> None:
        """Fail fast: check what is needed before anything starts."""
        if self._options.engine == PULUMI:
            project, wrong = self._project_for_pulumi()
            if wrong:
                self._report(f"warning: {wrong}")
            engine_tool(project.root)
        else:
            self._project()

    def kill(self) -> None:
        """Exit immediately; the guardian kills what still runs."""
        os._exit(130)

    async def _guardian_lost(self) -> None:
        self._lost.set()

    @contextlib.asynccontextmanager
    async def _parts(self) -> AsyncIterator[tuple[State, LocalProvider, EngineMode]]:
        """Open the parts, each after those it needs, and close them in reverse order."""
        options = self._options
        async with contextlib.AsyncExitStack() as stack:
            state = State(options.state, options.stack)
            stack.callback(state.close)
            state.choose_ports({"api": options.api_port, "balancer": options.balancer_port})
            provider = LocalProvider(await self._context(state, stack))
            stack.push_async_callback(provider.close)
            mode = await stack.enter_async_context(self._engine_mode(provider, state))
            yield state, provider, mode

    async def _context(self, state: State, stack: contextlib.AsyncExitStack) -> Context:
        """Start what the resources share; *stack* stops it."""
        image_builder, metrics = self._image_builder(state), Metrics()
        await self._processes.open()
        stack.push_async_callback(self._processes.close)
        database = self._database(state, metrics)
        self._report("starting the database")
        stack.push_async_callback(database.stop)
        await database.start()
        cloudwatch = CloudWatch(state.port("cloudwatch"), metrics)
        await cloudwatch.start()
        stack.push_async_callback(cloudwatch.stop)
        state.client_outputs = {"CloudWatchEndpoint": cloudwatch.url}
        traces = state.logs / "traces.log"
        collector, daemon = Collector(traces), Daemon(traces)
        for receiver in (collector, daemon):
            await receiver.start()
            stack.push_async_callback(receiver.stop)
        return Context(
            project=self._options.project,
            state=state,
            processes=self._processes,
            database=database,
            collector=collector,
            daemon=daemon,
            image_builder=image_builder,
            metrics=metrics,
            report=self._report,
        )

    def _engine_mode(
        self, provider: LocalProvider, state: State
    ) -> contextlib.AbstractAsyncContextManager[EngineMode]:
        if self._options.engine == PULUMI:
            project, _ = self._project_for_pulumi()
            return pulumi_mode(provider, state, project, self._report)
        deployment = Deployment(provider, REPLACEMENTS)
        engine = Engine(deployment, self._processes, state.logs / "program.log", self._report)
        mode = BuiltInMode(engine, state, self._project)
        return contextlib.nullcontext(mode)

    def _image_builder(self, state: State) -> ImageBuilder:
        if self._options.containers == PROCESSES:
            return FolderImageBuilder()
        base, log = self._options.image_base, state.logs / "image.log"
        return ToolImageBuilder(find_tool(), base, log, self._report)

    def _database(self, state: State, metrics: Metrics) -> Database | ExternalDatabase:
        if self._options.dynamodb_endpoint:
            return ExternalDatabase(self._options.dynamodb_endpoint)
        return Database(
            node=find_node(),
            project=self._options.project,
            folder=state.folder / "database",
            port=state.port("database"),
            log=state.logs / "database.log",
            processes=self._processes,
            metrics=metrics,
        )

    def _project(self) -> Project:
        options = self._options
        return load_project(options.project, options.stack, options.config, fallback=LOCAL)

    def _project_for_pulumi(self) -> tuple[Project, str]:
        return load_for_pulumi(self._options.project, self._options.stack)

    async def _until_lost(self, mode: EngineMode) -> None:
        """Apply edits, with --reload, until the guardian is gone."""
        applying = None
        if self._options.reload:
            applying = asyncio.ensure_future(self._apply_edits(mode))
        try:
            await self._lost.wait()
        finally:
            if applying:
                applying.cancel()
                await asyncio.wait([applying])
        raise LocalCloudError(
            "the guardian process was killed, so everything was stopped. Start again."
        )

    async def _apply_edits(self, mode: EngineMode) -> None:
        """Deploy after each edit; after a failed one, what runs stays as it is."""

        def ready() -> None:
            self._report("watching for edits")

        async for changed in changes(self._options.project, ready):
            self._report(f"changed: {', '.join(changed)}")
            try:
                await mode.up()
            except _EXPECTED as error:
                self._report(f"not applied: {error}")
            except Exception:  # noqa: BLE001 - the outermost loop: the next edit may fix it
                _log.exception("not applied, because of a bug in the local cloud:")
            else:
                self._report("applied")
