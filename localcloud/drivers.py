"""Who drives the provider: this command, which runs the program, or typed Pulumi commands."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

from localcloud.engine.engine import Engine
from localcloud.engine.project import Project
from localcloud.engine.servicer import Servicer, serving
from localcloud.ports import check_free, not_available
from localcloud.provider.record import RecordingProvider, deletes_first
from localcloud.provider.registry import LocalProvider
from localcloud.provider.replacements import REPLACE_ON_CHANGES
from localcloud.shell import engine_environment, provider_port
from localcloud.state import State, StateError


class Driver(Protocol):
    """Decides what the provider is asked for."""

    async def bring_up(self) -> None:
        """Bring up what there is to run, and tell scripts in one line when it answers.

        Once more after an edit, it brings what runs in line with it.
        """


class BuiltIn:
    """Runs the program, at the start and after each edit."""

    def __init__(
        self, engine: Engine, provider: LocalProvider, state: State, load: Callable[[], Project]
    ) -> None:
        self._engine = engine
        self._provider = provider
        self._state = state
        self._load = load

    async def bring_up(self) -> None:
        outputs = await self._engine.up(self._load())
        await self._provider.settle()
        self._state.publish(outputs)
        _tell(outputs)


class Typed:
    """Leaves the program to typed commands, and says how they find their way here."""

    def __init__(self, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._environment = environment
        self._say = say

    async def bring_up(self) -> None:
        self._say("type: python -m localcloud shell pulumi up")
        _tell(self._environment)


@contextlib.asynccontextmanager
async def typed(
    provider: LocalProvider, state: State, project: Project, say: Callable[[str], None]
) -> AsyncIterator[Typed]:
    """Bring up what was deployed, then serve *provider* where the program looks for AWS."""
    port = provider_port(project)
    environment = engine_environment(project, state.folder)
    try:
        check_free(port)
    except OSError as error:
        what = f"Port {port} (awsEndpoint of stack {project.stack})"
        raise StateError(not_available(what, error)) from error
    recording = RecordingProvider(provider, state.folder / "deployed.json")
    for failure in await recording.restore():
        say(f"not restored (run pulumi up --refresh to recreate it): {failure}")
    async with serving(Servicer(recording, REPLACE_ON_CHANGES, deletes_first), port):
        yield Typed(environment, say)


def _tell(values: Mapping[str, Any]) -> None:
    """Write the one line that scripts wait for; a reader that has gone is no failure."""
    with contextlib.suppress(OSError):
        print(json.dumps(values), file=sys.stdout, flush=True)  # noqa: T201  # its output
