"""Which changes replace a resource, in which order, and how both are told apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from localcloud.engine.provider import Properties

_SEPARATOR: Final = "#"


def has_same_name(_type: str, olds: Properties, news: Properties) -> bool:
    """Return True if a resource must be deleted before another of its name is created."""
    return "name" in olds and olds["name"] == news.get("name")


@dataclass(frozen=True)
class Replacements:
    """The inputs whose change replaces a resource, by type.

    Pulumi creates the replacement first, and deletes the old resource at the end of the deployment,
    unless *deletes_first* is True for its type, olds and news.
    """

    inputs: Mapping[str, Collection[str]] = field(default_factory=dict)
    deletes_first: Callable[[str, Properties, Properties], bool] = has_same_name

    def causes(self, type_: str, changed: Iterable[str]) -> list[str]:
        """Return the *changed* inputs that replace a resource of this type."""
        return [key for key in changed if key in self.inputs.get(type_, ())]

    def replaces(self, type_: str, olds: Properties, news: Properties) -> bool:
        """Return True if the change from *olds* to *news* replaces a resource of this type."""
        return any(olds.get(key) != news.get(key) for key in self.inputs.get(type_, ()))


def unused_identity(urn: str, taken: Collection[str]) -> str:
    """Return *urn*, or `urn#2`, `urn#3` and so on while a resource to be replaced has it.

    A provider derives ids and names from this identity, so those of both resources differ.
    """
    number, identity = 1, urn
    while identity in taken:
        number += 1
        identity = f"{urn}{_SEPARATOR}{number}"
    return identity


def urn_of(identity: str) -> str:
    return identity.partition(_SEPARATOR)[0]


def generation(identity: str) -> str:
    """Return what the identity of a replacement has in addition to its URN."""
    return identity.removeprefix(urn_of(identity))
