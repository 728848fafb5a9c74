"""What all resource handlers share: their base class, their context, names and ARNs."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.engine.provider import Outcome, Properties
from localcloud.engine.replacements import urn_of
from localcloud.environment import ACCOUNT_ID, REGION
from localcloud.images.task_image import ImageBuilder
from localcloud.metrics import Metrics
from localcloud.processes import Processes
from localcloud.runtimes.database import Database, ExternalDatabase
from localcloud.runtimes.traces import Collector, Daemon
from localcloud.state import State


class ResourceHandler(ABC):
    """Creates, updates and deletes resources of one type."""

    @abstractmethod
    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        """Create the resource; *name* is the logical name."""

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        """Change the resource in place, keeping its id; by default, create it over again."""
        return await self.create(urn, logical_name(urn), news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:  # noqa: B027 - the default
        """Delete the resource; by default there is nothing to stop."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """The folders, processes, database and receivers of traces of this local cloud.

    *image_builder* builds the project's image; *report* shows the user one line.
    """

    project: Path
    state: State
    processes: Processes
    database: Database | ExternalDatabase
    collector: Collector
    daemon: Daemon
    image_builder: ImageBuilder
    metrics: Metrics
    report: Callable[[str], None]


def logical_name(urn: str) -> str:
    """Return the name that the program gave to the resource."""
    return urn_of(urn).rpartition("::")[2]


def physical_name(urn: str, name: str, inputs: Mapping[str, Any]) -> str:
    """Return the declared name, or one made of the logical name as Pulumi does."""
    given = inputs.get("name")
    return str(given) if given else f"{name}-{_digest(urn)[:7]}"


def resource_id(prefix: str, urn: str) -> str:
    """Return an id as AWS forms it, such as `vpc-0a1b2c3d4e`, the same at every start."""
    return f"{prefix}-{_digest(urn)[:17]}"


def arn(service: str, resource: str, *, region: str = REGION) -> str:
    """Return the ARN of *resource*; IAM's have no region."""
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}"


def only_one(what: str) -> str:
    """Return the message for a second resource of a type of which one is supported."""
    return (
        f"only one {what} is supported here. Keep the name of the existing one, or delete it "
        "first: restart the local cloud or, with --engine pulumi, run "
        "pulumi destroy --target-dependents --target URN."
    )


def _digest(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()
