# ruff: noqa: ARG002 - the methods' parameters are the protocol's
"""A provider for previews: it creates nothing, so what creation would return stays unknown."""

from __future__ import annotations

from localcloud.engine.provider import Outcome, Properties, Provider


class PreviewProvider:
    """Passes to *provider* only what changes nothing."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def create(self, urn: str, type_: str, name: str, inputs: Properties) -> Outcome:
        return Outcome("", inputs)

    async def update(
        self, urn: str, type_: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        return Outcome(old.id, {**old.outputs, **news}, old.secrets)

    async def read(self, urn: str, type_: str, old: Outcome) -> Outcome | None:
        return await self._provider.read(urn, type_, old)

    async def delete(self, urn: str, type_: str, old: Outcome, inputs: Properties) -> None:
        """Do nothing."""

    def is_retained(self, type_: str) -> bool:
        return self._provider.is_retained(type_)

    async def settle(self) -> None:
        """Return at once: nothing was created."""

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return await self._provider.invoke(token, arguments)
