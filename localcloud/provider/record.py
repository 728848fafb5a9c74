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
from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.engine.replacements import unused_identity, urn_of
from localcloud.provider.base import logical_name
from localcloud.provider.registry import LocalProvider
from localcloud.provider.replacements import REPLACEMENTS
from localcloud.runtimes.tasks import ServiceFailed
from localcloud.state import write_private

_ARCHIVE: Final = "the local cloud's archive"
# A forgotten revision blocks nothing, and the service may still run it.
_HARMLESS: Final = ("aws:ecs/taskDefinition:TaskDefinition",)
# Replaced without deleting them first, although their names stay: see infra/function.py.
_CREATED_FIRST: Final = ("aws:lambda/alias:Alias",)


@dataclass
class RecordedResource:
    """A resource as it was last declared, and its outcome."""

    identity: str
    type_: str
    name: str
    inputs: Properties
    outcome: Outcome


class RecordingProvider:
    """Passes everything on to *provider* and records what exists."""

    def __init__(self, provider: LocalProvider, record: Path) -> None:
        self._provider = provider
        self._record = record
        self._resources: dict[str, RecordedResource] = {}  # by identity

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
        identity, type_, name, inputs = one
        try:
            outcome = await self._provider.create(identity, type_, name, inputs)
        except Exception as error:  # noqa: BLE001  # it may succeed after the others
            return f"{name}: {error}"
        pending.remove(one)
        self._resources[identity] = RecordedResource(identity, type_, name, inputs, outcome)
        return ""

    def check_stack(self, urn: str) -> None:
        """Raise ProviderError if another stack than that of *urn* is deployed here."""
        stack = _stack_of(urn)
        for deployed in map(_stack_of, (one.identity for one in self._resources.values())):
            if deployed != stack:
                raise ProviderError(
                    f"This local cloud runs the stack {deployed}. For {stack}, set awsEndpoint in "
                    f"Pulumi.{stack}.yaml to another port, and start a second local cloud: python "
                    f"-m localcloud --engine pulumi --stack {stack}"
                )

    async def create(self, urn: str, type_: str, name: str, inputs: Properties) -> Outcome:
        """Create a resource; first delete what a killed engine has created and not recorded.

        What holds data is kept and becomes the new resource. What the engine replaces stays, until
        the engine deletes it.
        """
        identity = await self._free_identity(urn, type_, inputs)
        outcome = await self._provider.create(identity, type_, name, inputs)
        try:
            await self._wait_if_declared(inputs)
        except BaseException:  # the engine will not know it
            await self._provider.delete(identity, type_, outcome, inputs)
            raise
        self._add(RecordedResource(identity, type_, name, inputs, outcome))
        return outcome

    async def _free_identity(self, urn: str, type_: str, inputs: Properties) -> str:
        same = [one for one in self._resources.values() if urn_of(one.identity) == urn]
        forgotten = [
            one for one in same if not _is_replaced(one, inputs) and type_ not in _HARMLESS
        ]
        if forgotten and self.is_retained(type_):
            return forgotten[-1].identity
        # Another identity than theirs: the engine may still delete one of them.
        identity = unused_identity(urn, self._resources)
        for one in forgotten:
            await self.delete(urn, type_, one.outcome, one.inputs)
        return identity

    async def update(
        self, urn: str, type_: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        """Change a resource in place, or create it if it exists for the engine only."""
        name, known = logical_name(urn), self._find(urn, type_, old)
        if known is None:
            return await self.create(urn, type_, name, news)
        outcome = await self._provider.update(known.identity, type_, old, olds, news)
        await self._wait_if_declared(news)
        self._add(RecordedResource(known.identity, type_, name, news, outcome))
        return outcome

    async def read(self, urn: str, type_: str, old: Outcome) -> Outcome | None:
        """Return what exists here; archives stay as the engine knows them, by its own hashes."""
        found = self._find(urn, type_, old)
        if found is None:
            return None
        outputs = {
            key: old.outputs.get(key, value) if isinstance(value, Archive) else value
            for key, value in found.outcome.outputs.items()
        }
        return old if outputs == old.outputs else Outcome(old.id, outputs, found.outcome.secrets)

    async def delete(self, urn: str, type_: str, old: Outcome, inputs: Properties) -> None:
        """Delete a resource; one that is not here is already deleted."""
        known = self._find(urn, type_, old)
        if known:
            await self._provider.delete(known.identity, type_, old, inputs)
            del self._resources[known.identity]
            self._save()

    async def settle(self) -> None:
        await self._provider.settle()

    def is_retained(self, type_: str) -> bool:
        return self._provider.is_retained(type_)

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return await self._provider.invoke(token, arguments)

    async def _wait_if_declared(self, inputs: Properties) -> None:
        if inputs.get("waitForSteadyState"):
            await self._provider.settle()

    def _find(self, urn: str, type_: str, old: Outcome) -> RecordedResource | None:
        """Return what exists of a resource; under another URN if an alias has renamed it."""
        same = [
            one
            for one in self._resources.values()
            if one.type_ == type_ and _id(one.outcome) == _id(old)
        ]
        named = [one for one in same if urn_of(one.identity) == urn]
        return next(iter(named or same), None)

    def _add(self, resource: RecordedResource) -> None:
        self._resources[resource.identity] = resource
        self._save()

    def _save(self) -> None:
        entries = [
            [one.identity, one.type_, one.name, one.inputs] for one in self._resources.values()
        ]
        write_private(self._record, json.dumps(entries, default=_encode))


def _is_replaced(one: RecordedResource, news: Properties) -> bool:
    """Return True if the engine creates a resource with *news* before it deletes this one."""
    if not REPLACEMENTS.replaces(one.type_, one.inputs, news):
        return False
    return one.type_ in _CREATED_FIRST or not REPLACEMENTS.deletes_first(
        one.type_, one.inputs, news
    )


def _id(outcome: Outcome) -> str:
    """Return what distinguishes a resource from its replacement: revisions have one id."""
    return str(outcome.outputs.get("arn") or outcome.id)


def _stack_of(urn: str) -> str:
    """Return the name of the stack in *urn*, which is urn:pulumi:STACK::PROJECT::..."""
    return urn.removeprefix("urn:pulumi:").partition("::")[0]


def _read(record: Path) -> list[list[Any]]:
    """Return the identity, type, name and inputs of each resource."""
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
