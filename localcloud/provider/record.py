"""What the real engine has deployed here, recorded in the state folder.

The engine has its own state and expects its resources to exist next time. So the local cloud
restores them after a restart, before any engine asks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from localcloud.engine.property_values import Archive
from localcloud.engine.provider import Outcome, Properties
from localcloud.provider.base import logical_name
from localcloud.provider.registry import LocalProvider
from localcloud.runtimes.tasks import ServiceFailed
from localcloud.state import write_private

_ARCHIVE: Final = "the local cloud's archive"
# An old and a new resource of these types can exist at once: others still depend on the old one.
_COEXISTING: Final = (
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:lambda/permission:Permission",
)


def deletes_first(type_: str, _olds: Properties, _news: Properties) -> bool:
    """Return True if a resource must be deleted before its replacement is created.

    Most types run once here.
    """
    return type_ not in _COEXISTING


@dataclass
class RecordedResource:
    """A resource as it was last declared, and its outcome."""

    urn: str
    type_: str
    name: str
    inputs: Properties
    outcome: Outcome


class RecordingProvider:
    """Passes everything on to *provider* and records what exists."""

    def __init__(self, provider: LocalProvider, record: Path) -> None:
        self._provider = provider
        self._record = record
        self._resources: dict[tuple[str, str], RecordedResource] = {}

    async def restore(self) -> list[str]:
        """Create what existed at the last stop; return an error text for each failure.

        A resource can depend on others, and on which is not recorded. So those that fail are tried
        again as long as others succeed.
        """
        pending = _read(self._record)
        failures: list[str] = []
        before = -1
        while before != len(pending):
            before = len(pending)
            failures = [
                text for one in list(pending) if (text := await self._restore(one, pending))
            ]
        try:
            await self._provider.settle()
        except ServiceFailed as error:
            failures.append(str(error))
        self._save()
        return failures

    async def _restore(self, one: list[Any], pending: list[list[Any]]) -> str:
        """Create one pending resource; return the error text, or "" if it succeeds."""
        urn, type_, name, inputs = one
        try:
            outcome = await self._provider.create(urn, type_, name, inputs)
        except Exception as error:  # noqa: BLE001  # it may succeed after the others
            return f"{name}: {error}"
        pending.remove(one)
        self._resources[_key(urn, outcome)] = RecordedResource(urn, type_, name, inputs, outcome)
        return ""

    async def create(self, urn: str, type_: str, name: str, inputs: Properties) -> Outcome:
        """Create a resource; first delete what a killed engine has created and not recorded.

        What holds data is kept and becomes the new resource.
        """
        for forgotten in [one for one in self._resources.values() if one.urn == urn]:
            if type_ not in _COEXISTING and not self.is_retained(type_):
                await self.delete(urn, type_, forgotten.outcome, forgotten.inputs)
        outcome = await self._provider.create(urn, type_, name, inputs)
        try:
            await self._wait_if_declared(inputs)
        except BaseException:  # the engine will not know it
            await self._provider.delete(urn, type_, outcome, inputs)
            raise
        self._add(RecordedResource(urn, type_, name, inputs, outcome))
        return outcome

    async def update(
        self, urn: str, type_: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        """Change a resource in place, or create it if it exists for the engine only."""
        name = logical_name(urn)
        if _key(urn, old) not in self._resources:
            return await self.create(urn, type_, name, news)
        outcome = await self._provider.update(urn, type_, old, olds, news)
        await self._wait_if_declared(news)
        self._add(RecordedResource(urn, type_, name, news, outcome))
        return outcome

    async def read(self, urn: str, type_: str, old: Outcome) -> Outcome | None:
        """Return what exists here; archives stay as the engine knows them, by its own hashes."""
        found = self._resources.get(_key(urn, old))
        if found is None:
            return None
        outputs = {
            key: old.outputs.get(key, value) if isinstance(value, Archive) else value
            for key, value in found.outcome.outputs.items()
        }
        return old if outputs == old.outputs else Outcome(old.id, outputs, found.outcome.secrets)

    async def delete(self, urn: str, type_: str, old: Outcome, inputs: Properties) -> None:
        """Delete a resource; one that is not here is already deleted."""
        if _key(urn, old) in self._resources:
            await self._provider.delete(urn, type_, old, inputs)
            del self._resources[_key(urn, old)]
            self._save()

    def is_retained(self, type_: str) -> bool:
        return self._provider.is_retained(type_)

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return await self._provider.invoke(token, arguments)

    async def _wait_if_declared(self, inputs: Properties) -> None:
        if inputs.get("waitForSteadyState"):
            await self._provider.settle()

    def _add(self, resource: RecordedResource) -> None:
        self._resources[_key(resource.urn, resource.outcome)] = resource
        self._save()

    def _save(self) -> None:
        entries = [[one.urn, one.type_, one.name, one.inputs] for one in self._resources.values()]
        write_private(self._record, json.dumps(entries, default=_encode))


def _key(urn: str, outcome: Outcome) -> tuple[str, str]:
    """Distinguish a resource from its replacement, which has the same URN for a while."""
    return urn, outcome.outputs.get("arn") or outcome.id


def _read(record: Path) -> list[list[Any]]:
    """Return the URN, type, name and inputs of each resource."""
    if not record.exists():
        return []
    entries: list[list[Any]] = json.loads(record.read_text("utf-8"), object_hook=_decode)
    return entries


def _encode(value: object) -> dict[str, str]:
    if isinstance(value, Archive):
        return {_ARCHIVE: str(value.path), "digest": value.digest}
    raise TypeError(type(value).__name__)


def _decode(value: dict[str, Any]) -> object:
    return Archive(Path(value[_ARCHIVE]), value["digest"]) if _ARCHIVE in value else value
