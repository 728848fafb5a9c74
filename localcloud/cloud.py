"""The one place that wires the parts: database, provider, engine, state."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.arguments import LOCAL, PROCESSES, REAL
from localcloud.drivers import BuiltIn, Driver, typed
from localcloud.engine.engine import Engine, ProgramFailed
from localcloud.engine.project import Project, ProjectError, load_project
from localcloud.engine.provider import ProviderError
from localcloud.images.built_image import ToolImageBuilder
from localcloud.images.folder_image import FolderImageBuilder
from localcloud.images.task_image import ImageBuilder
from localcloud.images.tool import ImageError, find_tool
from localcloud.metrics import Metrics
from localcloud.processes import Processes
from localcloud.provider.base import Context
from localcloud.provider.registry import LocalProvider
from localcloud.runtimes.balancer import BalancerError
from localcloud.runtimes.cloudwatch import CloudWatch
from localcloud.runtimes.database import Database, DatabaseError, ExternalDatabase, find_node
from localcloud.runtimes.tasks import ServiceFailed
from localcloud.shell import engine_tool
from localcloud.state import State, StateError
from localcloud.watch import changes

_log: Final = logging.getLogger(__name__)
# What a part says in one line for the person; anything else is a fault of ours.
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
    """The local cloud cannot run; the text is for the person who started it."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line asks for."""

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

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self._options = options
        self._say = say
        self._processes = Processes(self._guardian_lost)
        self._lost = asyncio.Event()
        self.stopping = False

    async def run(self) -> None:
        """Bring the stack up, tell its outputs, and keep it until cancelled.

        A start that fails, or the loss of a part that it needs, raises LocalCloudError.
        """
        try:
            self._check()
            async with self._parts() as (state, provider, driver):
                await driver.bring_up()
                await provider.remove_unused()
                ending = "" if self._options.until_eof else "; Ctrl-C stops"
                self._say(f"ready; logs are in {state.logs}{ending}")
                await self._until_lost(driver)
        except _EXPECTED as error:
            raise LocalCloudError(str(error)) from error

    def _check(self) -> None:
        """Look for what else would be missed late, before anything starts for nothing."""
        project = self._project()
        if self._options.engine == REAL:
            engine_tool(project.root)

    def kill(self) -> None:
        """End everything at once: the guardian kills what is left."""
        os._exit(130)

    async def _guardian_lost(self) -> None:
        self._lost.set()

    @contextlib.asynccontextmanager
    async def _parts(self) -> AsyncIterator[tuple[State, LocalProvider, Driver]]:
        """Open the parts, each on top of the one before, and close them in reverse."""
        options = self._options
        async with contextlib.AsyncExitStack() as stack:
            state = State(options.state, options.stack)
            stack.callback(state.close)
            state.choose_ports({"api": options.api_port, "balancer": options.balancer_port})
            image_builder = self._image_builder(state)
            await self._processes.open()
            stack.push_async_callback(self._processes.close)
            metrics = Metrics()
            database = self._database(state, metrics)
            self._say("starting the database")
            stack.push_async_callback(database.stop)
            await database.start()
            cloudwatch = CloudWatch(state.port("cloudwatch"), metrics)
            await cloudwatch.start()
            stack.push_async_callback(cloudwatch.stop)
            state.besides = {"CloudWatchEndpoint": cloudwatch.url}
            context = Context(
                project=options.project,
                state=state,
                processes=self._processes,
                database=database,
                image_builder=image_builder,
                metrics=metrics,
                report=self._say,
            )
            provider = LocalProvider(context)
            stack.push_async_callback(provider.close)
            yield state, provider, await stack.enter_async_context(self._driver(provider, state))

    def _driver(
        self, provider: LocalProvider, state: State
    ) -> contextlib.AbstractAsyncContextManager[Driver]:
        if self._options.engine == REAL:
            return typed(provider, state, self._project(), self._say)
        engine = Engine(provider, self._processes, state.logs / "program.log", self._say)
        driver = BuiltIn(engine, provider, state, self._project)
        return contextlib.nullcontext(driver)

    def _image_builder(self, state: State) -> ImageBuilder:
        if self._options.containers == PROCESSES:
            return FolderImageBuilder()
        base, log = self._options.image_base, state.logs / "image.log"
        return ToolImageBuilder(find_tool(), base, log, self._say)

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
        # The real engine reads the stack's file itself, and no other.
        fallback = None if options.engine == REAL else LOCAL
        return load_project(options.project, options.stack, options.config, fallback=fallback)

    async def _until_lost(self, driver: Driver) -> None:
        """Follow edits, if asked to, until the guardian is gone."""
        following = None
        if self._options.reload:
            following = asyncio.ensure_future(self._follow(driver))
        try:
            await self._lost.wait()
        finally:
            if following:
                following.cancel()
                await asyncio.wait([following])
        raise LocalCloudError("the guardian process was killed; everything is stopped")

    async def _follow(self, driver: Driver) -> None:
        """Bring the stack up again after each edit; a mistake leaves what runs as it is."""

        def ready() -> None:
            self._say("following edits")

        async for changed in changes(self._options.project, ready):
            self._say(f"changed: {', '.join(changed)}")
            try:
                await driver.bring_up()
            except _EXPECTED as error:
                self._say(f"not applied: {error}")
            except Exception:  # noqa: BLE001 - the outermost loop: the next edit may be the cure
                _log.exception("not applied, by a fault of the local cloud's own:")
            else:
                self._say("applied")
