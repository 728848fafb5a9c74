"""`--containers image`: tasks run from the image that the project's Dockerfile makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from localcloud.engine.provider import ProviderError
from localcloud.images.runnable import Runnable, kept_runnable, make_runnable
from localcloud.images.tool import ImageError, Tool
from localcloud.provider.container import Container
from localcloud.provider.image import find_dockerfile

_TAG: Final = "aws-blog-demo-local"


@dataclass(frozen=True)
class BuiltImage:
    """An image that a tool built, ready to run; *identity* is the tool's word for it."""

    identity: str
    runnable: Runnable

    def process(self, container: Container) -> tuple[list[str], Path, dict[str, str]]:
        """Give the command, the folder and the environment that run the container here."""
        if not container.read_only:
            raise ProviderError("from an image only a read-only root file system runs here")
        command = self.runnable.start(
            container.command, container.working_directory, container.volumes
        )
        return command, Path("/"), {**self.runnable.variables, **container.environment}


@dataclass(frozen=True)
class ImageBuilder:
    """Builds the image; an empty *base* is the Dockerfile's own, *log* takes what the tool says."""

    tool: Tool
    base: str
    log: Path
    say: Callable[[str], None]

    @property
    def name(self) -> str:
        return f"{self.tool.name} on {self.base}" if self.base else self.tool.name

    def kept(self, identity: str, images: Path) -> BuiltImage | None:
        """Give an image that the tool has in its store, or that was unpacked."""
        runnable = kept_runnable(self.tool, identity, images)
        return BuiltImage(identity, runnable) if runnable else None

    def build(self, project: Path, images: Path) -> BuiltImage:
        """Build the image of the project as it is now; unchanged, the tool has it in its cache."""
        self.say(f"building the image with {self.tool.name}; its log is {self.log}")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.log.open("a") as output:
                image = self.tool.build(
                    project, find_dockerfile(project), tag=_TAG, base=self.base, output=output
                )
                return BuiltImage(image, make_runnable(self.tool, image, images, output))
        except ImageError as error:
            said = self.log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise ProviderError(f"{error}: {said}") from error
