"""What the real engine has deployed here, kept in the state folder.

The engine has its own record and expects what it made to be there next time, so after a restart
the local cloud brings it up again by itself, before any engine asks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from localcloud.engine.provider import Outcome, Properties
from localcloud.engine.wire import Archive
from localcloud.provider.kind import logical_name
from localcloud.provider.local import LocalProvider
from localcloud.runtimes.tasks import ServiceFailed
from localcloud.state import write_private

_ARCHIVE: Final = "the local cloud's archive"
# Both an old and a new one can be here, and what depends on the old one still needs it.
_COEXISTING: Final = (
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:lambda/permission:Permission",
)


def deletes_first(kind: str, _olds: Properties, _news: Properties) -> bool:
    """Whether the former one must go before its replacement comes: of most types one runs."""
    return kind not in _COEXISTING


@dataclass
class Resource:
    """A resource as it was last asked for, and what became of it."""

    urn: str
    kind: str
    name: str
    inputs: Properties
    outcome: Outcome


class Deployed:
    """A provider that remembers; it passes everything on to *provider*."""

    def __init__(self, provider: LocalProvider, record: Path) -> None:
        self._provider = provider
        self._record = record
        self._resources: dict[tuple[str, str], Resource] = {}

    async def restore(self) -> list[str]:
        """Bring up what was there at the last stop; says of each resource that fails why.

        A resource needs others, and which ones is not recorded: those that fail are tried again
        for as long as others succeed.
        """
        waiting = _read(self._record)
        failures: list[str] = []
        before = -1
        while before != len(waiting):
            before = len(waiting)
            failures = [line for one in list(waiting) if (line := await self._again(one, waiting))]
        try:
            await self._provider.settle()
        except ServiceFailed as error:
            failures.append(str(error))
        self._save()
        return failures

    async def _again(self, one: list[Any], waiting: list[list[Any]]) -> str:
        """Make one that waits; gives what hinders it."""
        urn, kind, name, inputs = one
        try:
            outcome = await self._provider.create(urn, kind, name, inputs)
        except Exception as error:  # noqa: BLE001  # whatever it is, it may pass
            return f"{name}: {error}"
        waiting.remove(one)
        self._resources[_key(urn, outcome)] = Resource(urn, kind, name, inputs, outcome)
        return ""

    async def create(self, urn: str, kind: str, name: str, inputs: Properties) -> Outcome:
        """Make it; what an engine has made and forgotten, because it was killed, goes first.

        What holds data stays, and becomes the new one.
        """
        for former in [one for one in self._resources.values() if one.urn == urn]:
            if kind not in _COEXISTING and not self.is_kept(kind):
                await self.delete(urn, kind, former.outcome, former.inputs)
        outcome = await self._provider.create(urn, kind, name, inputs)
        try:
            await self._steady(inputs)
        except BaseException:  # the engine will not know it
            await self._provider.delete(urn, kind, outcome, inputs)
            raise
        self._keep(Resource(urn, kind, name, inputs, outcome))
        return outcome

    async def update(
        self, urn: str, kind: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        """Change in place, or make anew what the engine believes to be here and is not."""
        name = logical_name(urn)
        if _key(urn, old) not in self._resources:
            return await self.create(urn, kind, name, news)
        outcome = await self._provider.update(urn, kind, old, olds, news)
        await self._steady(news)
        self._keep(Resource(urn, kind, name, news, outcome))
        return outcome

    async def read(self, urn: str, kind: str, old: Outcome) -> Outcome | None:
        """Give what is here; an archive stays as the engine knows it, by a hash of its own."""
        found = self._resources.get(_key(urn, old))
        if found is None:
            return None
        outputs = {
            key: old.outputs.get(key, value) if isinstance(value, Archive) else value
            for key, value in found.outcome.outputs.items()
        }
        return old if outputs == old.outputs else Outcome(old.id, outputs, found.outcome.secrets)

    async def delete(self, urn: str, kind: str, old: Outcome, inputs: Properties) -> None:
        """Remove it; what is not here is gone already."""
        if _key(urn, old) in self._resources:
            await self._provider.delete(urn, kind, old, inputs)
            del self._resources[_key(urn, old)]
            self._save()

    def is_kept(self, kind: str) -> bool:
        return self._provider.is_kept(kind)

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return await self._provider.invoke(token, arguments)

    async def _steady(self, inputs: Properties) -> None:
        if inputs.get("waitForSteadyState"):
            await self._provider.settle()

    def _keep(self, resource: Resource) -> None:
        self._resources[_key(resource.urn, resource.outcome)] = resource
        self._save()

    def _save(self) -> None:
        entries = [[one.urn, one.kind, one.name, one.inputs] for one in self._resources.values()]
        write_private(self._record, json.dumps(entries, default=_written))


def _key(urn: str, outcome: Outcome) -> tuple[str, str]:
    """Tell a resource from its replacement, which has the same URN for a while."""
    return urn, outcome.outputs.get("arn") or outcome.id


def _read(record: Path) -> list[list[Any]]:
    """Give URN, type, name and inputs of each resource."""
    if not record.exists():
        return []
    entries: list[list[Any]] = json.loads(record.read_text("utf-8"), object_hook=_read_archive)
    return entries


def _written(value: object) -> dict[str, str]:
    if isinstance(value, Archive):
        return {_ARCHIVE: str(value.path), "digest": value.digest}
    raise TypeError(type(value).__name__)


def _read_archive(value: dict[str, Any]) -> object:
    return Archive(Path(value[_ARCHIVE]), value["digest"]) if _ARCHIVE in value else value
