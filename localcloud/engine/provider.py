"""What the engine asks of a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Properties = Mapping[str, Any]


class ProviderError(Exception):
    """The declaration cannot be run; the text names the property and the reason."""


class SettingRefused(ProviderError):
    """A setting asks for what does not run; the text names it, and is the user's alone."""


@dataclass(frozen=True)
class Outcome:
    """A resource's id and outputs; the outputs named in *secrets* are secret."""

    id: str
    outputs: Properties
    secrets: frozenset[str] = field(default_factory=frozenset)


class Provider(Protocol):
    """Creates, changes and deletes resources by type."""

    async def create(self, urn: str, kind: str, name: str, inputs: Properties) -> Outcome:
        """Make the resource *urn* of type *kind*."""

    async def update(
        self, urn: str, kind: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        """Change a resource in place."""

    async def read(self, urn: str, kind: str, old: Outcome) -> Outcome | None:
        """Give the resource as it is now, or None when it is gone."""

    async def delete(self, urn: str, kind: str, old: Outcome, inputs: Properties) -> None:
        """Remove a resource and what runs for it."""

    def is_kept(self, kind: str) -> bool:
        """Whether resources of this type hold what would be lost with them."""

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        """Answer a function of the provider, such as `aws:index/getRegion:getRegion`."""
