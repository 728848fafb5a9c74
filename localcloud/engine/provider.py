"""What the engine asks of a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

Properties = Mapping[str, Any]


class ProviderError(Exception):
    """A resource cannot be created as declared; the text names the property and the reason."""


class UnsupportedSetting(ProviderError):
    """A setting of the stack that the local cloud does not support; the text names it."""


@dataclass(frozen=True)
class Outcome:
    """A resource's id and outputs; the outputs named in *secrets* are secret."""

    id: str
    outputs: Properties
    secrets: frozenset[str] = field(default_factory=frozenset)


class Provider(Protocol):
    """Creates, updates and deletes resources by type.

    *urn* identifies a resource. A replacement has a suffix while the old one exists
    (`localcloud.engine.replacements`).
    """

    async def create(self, urn: str, type_: str, name: str, inputs: Properties) -> Outcome:
        """Create the resource *urn* of the type *type_*."""

    async def update(
        self, urn: str, type_: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        """Change a resource in place."""

    async def read(self, urn: str, type_: str, old: Outcome) -> Outcome | None:
        """Return the resource as it is now, or None if it is gone."""

    async def delete(self, urn: str, type_: str, old: Outcome, inputs: Properties) -> None:
        """Delete a resource and stop what runs for it."""

    def is_retained(self, type_: str) -> bool:
        """Return True if resources of this type hold data that would be lost with them."""

    async def settle(self) -> None:
        """Wait until all that was created and updated runs; raise an error if it does not."""

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        """Run a function of the provider, such as `aws:index/getRegion:getRegion`."""
