"""The two values of `--engine`: who runs the program and asks the provider for resources."""

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
from localcloud.provider.record import RecordingProvider
from localcloud.provider.registry import LocalProvider
from localcloud.provider.replacements import REPLACEMENTS
from localcloud.shell import engine_environment, provider_port
from localcloud.state import State, StateError


class EngineMode(Protocol):
    """How the program is deployed."""

    async def up(self) -> None:
        """Deploy at the start and after each edit, and print one line of JSON for scripts."""


class BuiltInMode:
    """`--engine built-in`: this command runs the program."""

    def __init__(self, engine: Engine, state: State, load: Callable[[], Project]) -> None:
        self._engine = engine
        self._state = state
        self._load = load

    async def up(self) -> None:
        outputs = await self._engine.up(self._load())
        self._state.publish(outputs)
        _print_json(outputs)


class PulumiMode:
    """`--engine pulumi`: the user runs the program, with Pulumi's own commands."""

    def __init__(self, environment: Mapping[str, str], report: Callable[[str], None]) -> None:
        self._environment = environment
        self._report = report

    async def up(self) -> None:
        self._report("to deploy, run: python -m localcloud shell pulumi up")
        _print_json(self._environment)


@contextlib.asynccontextmanager
async def pulumi_mode(
    provider: LocalProvider, state: State, project: Project, report: Callable[[str], None]
) -> AsyncIterator[PulumiMode]:
    """Restore what was deployed, then serve *provider* at the program's AWS endpoint."""
    port = provider_port(project)
    environment = engine_environment(project, state.folder)
    try:
        check_free(port)
    except OSError as error:
        what = f"Port {port} (awsEndpoint of stack {project.stack})"
        raise StateError(not_available(what, error)) from error
    recording = RecordingProvider(provider, state.folder / "deployed.json")
    for failure in await recording.restore():
        report(f"not restored (run pulumi up --refresh to recreate it): {failure}")
    servicer = Servicer(recording, REPLACEMENTS, check=recording.check_stack)
    async with serving(servicer, port):
        yield PulumiMode(environment, report)


def _print_json(values: Mapping[str, Any]) -> None:
    """Print one line for scripts; a reader that is gone is not an error."""
    with contextlib.suppress(OSError):
        print(json.dumps(values), file=sys.stdout, flush=True)  # noqa: T201  # its output
