"""What tasks need from an image, however it was built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Container:
    """How a container starts, as the task definition declares it."""

    command: Sequence[str]
    working_directory: str
    environment: Mapping[str, str]
    read_only: bool
    volumes: Sequence[str]


@dataclass(frozen=True)
class ContainerProcess:
    """The process of this machine that runs a container."""

    command: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]


class TaskImage(Protocol):
    """An image that tasks run from."""

    @property
    def identity(self) -> str:
        """The name by which its builder finds it again."""

    def process(self, container: Container) -> ContainerProcess:
        """Return the process that runs the container here."""


class ImageBuilder(Protocol):
    """Builds images; two builders of different *name* build different images."""

    @property
    def name(self) -> str: ...

    def build(self, project: Path, images: Path) -> TaskImage:
        """Build the image of the project as it is now, below the folder *images*."""

    def find(self, identity: str, images: Path) -> TaskImage | None:
        """Return an image that was built before, None if it is gone."""
