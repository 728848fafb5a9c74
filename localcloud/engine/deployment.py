"""The resources of a stack: creates, updates, replaces and deletes them in Pulumi's order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from localcloud.engine.preview import PreviewProvider
from localcloud.engine.provider import Outcome, Properties, Provider, ProviderError
from localcloud.engine.replacements import Replacements, unused_identity

_UNPROTECT = "Remove `protect` from it and deploy that first."


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A resource as the program registers it."""

    urn: str
    type_: str
    name: str
    inputs: Properties
    custom: bool
    protect: bool = False
    ignored: Collection[str] = ()
    former_urns: Collection[str] = ()  # its aliases
    deletes_first: bool | None = None  # None: as the type needs

    @property
    def shown(self) -> str:
        """The name and the type, without the types of its parents, for messages."""
        return f"{self.name} ({self.type_})"


@dataclass
class Resource:
    """A registered resource.

    *identity* is its URN, with a suffix if it is a replacement.
    """

    declared: Declaration
    outcome: Outcome
    identity: str
    is_stale: bool = False  # an update failed half-way: equal inputs do not mean no change

    @property
    def type_(self) -> str:
        return self.declared.type_

    @property
    def inputs(self) -> Properties:
        return self.declared.inputs

    @property
    def custom(self) -> bool:
        return self.declared.custom


class Deployment:
    """What exists of a stack, from one run of the program to the next.

    *known* holds the resources by URN. As with Pulumi, deletions come last: after a failure
    everything stays, and the next run continues from there.
    """

    def __init__(
        self,
        provider: Provider,
        replacements: Replacements | None = None,
        known: dict[str, Resource] | None = None,
    ) -> None:
        self.provider = provider
        # Not `known or {}`: the caller's dictionary is updated, also if it is empty at first.
        self.known = {} if known is None else known
        self._replacements = replacements or Replacements()
        self._replaced: list[Resource] = []

    def preview(self) -> Deployment:
        """Return a copy that changes nothing."""
        known = {urn: replace(resource) for urn, resource in self.known.items()}
        return Deployment(PreviewProvider(self.provider), self._replacements, known)

    async def register(self, declared: Declaration) -> Resource:
        """Create or change a resource so that it is as *declared*."""
        self._rename(declared)
        known = self.known.get(declared.urn)
        if not declared.custom:
            resource = Resource(declared, Outcome("", declared.inputs), declared.urn)
        elif known is None:
            resource = await self._create(declared)
        else:
            resource = await self._change(known, _with_ignored(declared, known.inputs))
        self.known[declared.urn] = resource
        return resource

    def _rename(self, declared: Declaration) -> None:
        for former in declared.former_urns:
            if former in self.known and declared.urn not in self.known:
                self.known[declared.urn] = self.known.pop(former)

    async def _create(self, declared: Declaration) -> Resource:
        taken = {one.identity for one in (*self.known.values(), *self._replaced)}
        identity = unused_identity(declared.urn, taken)
        outcome = await self.provider.create(
            identity, declared.type_, declared.name, declared.inputs
        )
        return Resource(declared, outcome, identity)

    async def _change(self, known: Resource, declared: Declaration) -> Resource:
        if known.inputs == declared.inputs and not known.is_stale:
            return Resource(declared, known.outcome, known.identity)
        is_replaced = self._replacements.replaces(known.type_, known.inputs, declared.inputs)
        # What holds data is changed in place: an edit saved half-way must not lose it.
        if is_replaced and not self.provider.is_retained(known.type_):
            return await self._replace(known, declared)
        known.is_stale = True  # until this update has succeeded
        outcome = await self.provider.update(
            known.identity, known.type_, known.outcome, known.inputs, declared.inputs
        )
        return Resource(declared, outcome, known.identity)

    async def _replace(self, known: Resource, declared: Declaration) -> Resource:
        if known.declared.protect:
            raise ProviderError(f"it is protected and cannot be replaced. {_UNPROTECT}")
        deletes_first = declared.deletes_first
        if deletes_first is None:
            deletes_first = self._replacements.deletes_first(
                known.type_, known.inputs, declared.inputs
            )
        if deletes_first:
            await self._delete(known)
            del self.known[declared.urn]
            return await self._create(declared)
        created = await self._create(declared)
        self._replaced.append(known)
        return created

    async def finish(self, registered: Collection[str]) -> None:
        """Delete what is not *registered*, and what was replaced, when all the rest runs.

        What holds data is retained: an edit saved half-way must not lose it.
        """
        gone = {urn: one for urn, one in self.known.items() if urn not in registered}
        for one in gone.values():
            if one.declared.protect:
                message = f"it is protected and cannot be deleted. {_UNPROTECT}"
                raise ProviderError(f"{one.declared.shown}: {message}")
        await self.provider.settle()
        for urn, one in reversed(gone.items()):
            if not one.custom or not self.provider.is_retained(one.type_):
                await self._delete(one)
                del self.known[urn]
        while self._replaced:
            await self._delete(self._replaced[-1])
            self._replaced.pop()

    async def _delete(self, one: Resource) -> None:
        if one.custom:
            await self.provider.delete(one.identity, one.type_, one.outcome, one.inputs)


def _with_ignored(declared: Declaration, olds: Properties) -> Declaration:
    """Return the declaration with the old values of the inputs whose changes are ignored."""
    kept = {key: olds[key] for key in declared.ignored if key in olds}
    return replace(declared, inputs={**declared.inputs, **kept})
