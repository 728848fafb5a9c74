"""`--containers image`: tasks run from the image that a tool builds of the Dockerfile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.engine.provider import ProviderError
from localcloud.images.dockerfile import find_dockerfile
from localcloud.images.runnable import Runnable, find_runnable, make_runnable
from localcloud.images.task_image import Container, ContainerProcess
from localcloud.images.tool import ImageError, Tool

_TAG: Final = "aws-blog-demo-local"


@dataclass(frozen=True)
class BuiltImage:
    """An image that a tool has built; *identity* is the tool's id of it."""

    identity: str
    runnable: Runnable

    def process(self, container: Container) -> ContainerProcess:
        """Return the process that runs the container here."""
        if not container.read_only:
            raise ProviderError("readonlyRootFilesystem must be true with --containers image")
        command = self.runnable.start(
            container.command, container.working_directory, container.volumes
        )
        environment = {**self.runnable.variables, **container.environment}
        return ContainerProcess(tuple(command), Path("/"), environment)


@dataclass(frozen=True)
class ToolImageBuilder:
    """Builds images with *tool*, on the Dockerfile's own base if *base* is empty.

    The tool's output goes to *log*; *report* shows the user one line.
    """

    tool: Tool
    base: str
    log: Path
    report: Callable[[str], None]

    @property
    def name(self) -> str:
        return f"{self.tool.name} on {self.base}" if self.base else self.tool.name

    def find(self, identity: str, images: Path) -> BuiltImage | None:
        """Return an image that the tool has stored, or that was unpacked."""
        runnable = find_runnable(self.tool, identity, images)
        return BuiltImage(identity, runnable) if runnable else None

    def build(self, project: Path, images: Path) -> BuiltImage:
        """Build the project's image as it is now; the tool caches unchanged layers."""
        self.report(f"building the image with {self.tool.name} (log: {self.log})")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.log.open("a") as output:
                image = self.tool.build(
                    project, find_dockerfile(project), tag=_TAG, base=self.base, output=output
                )
                return BuiltImage(image, make_runnable(self.tool, image, images, output))
        except ImageError as error:
            last_line = self.log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise ProviderError(f"{error}: {last_line}") from error
