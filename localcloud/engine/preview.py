# ruff: noqa: ARG002 - the methods' parameters are the protocol's
"""A provider for looking ahead: it makes nothing, so what only making would tell stays unknown."""

from __future__ import annotations

from localcloud.engine.provider import Outcome, Properties, Provider


class Preview:
    """Stands before *provider*, which is only asked what changes nothing."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def create(self, urn: str, kind: str, name: str, inputs: Properties) -> Outcome:
        return Outcome("", inputs)

    async def update(
        self, urn: str, kind: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        return Outcome(old.id, {**old.outputs, **news}, old.secrets)

    async def read(self, urn: str, kind: str, old: Outcome) -> Outcome | None:
        return await self._provider.read(urn, kind, old)

    async def delete(self, urn: str, kind: str, old: Outcome, inputs: Properties) -> None:
        """Leave it there."""

    def is_kept(self, kind: str) -> bool:
        return self._provider.is_kept(kind)

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return await self._provider.invoke(token, arguments)
