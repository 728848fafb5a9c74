"""The common shape of what stands behind a resource type."""

from __future__ import annotations

from typing import Protocol

from localcloud.engine.provider import Outcome, Properties


class Kind(Protocol):
    """Creates, changes and removes resources of one type."""

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome: ...

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        """Change in place, keeping the id."""

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None: ...


def logical_name(urn: str) -> str:
    """Give the name that the program chose for the resource."""
    return urn.rpartition("::")[2]


def second(what: str) -> str:
    """Say why another resource of a type that runs once is refused, and the way out."""
    return (
        f"one {what} runs here, and this is another: keep the name of the former, or remove that "
        "first: restart the local cloud, or with --engine pulumi run "
        "pulumi destroy --target-dependents --target URN"
    )
