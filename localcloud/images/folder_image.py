"""`dockerImage: local`: the image as a folder, made of what the Dockerfile copies.

An image does not change once it is built, so tasks run from a copy named after its contents. A
file that the Dockerfile does not copy is missing here as it is in AWS. What RUN instructions make
(the installed packages) is what this Python has installed.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from localcloud.engine.property_values import folder_digest
from localcloud.engine.provider import ProviderError
from localcloud.images.dockerfile import IgnoreRules, find_dockerfile, instructions
from localcloud.images.task_image import Container, ContainerProcess


@dataclass(frozen=True)
class FolderImage:
    """A folder that stands for an image's file system."""

    root: Path

    @property
    def identity(self) -> str:
        return self.root.name

    def folder(self, path: str) -> Path:
        """Return the folder here for the absolute *path* in the image."""
        return self.root / PurePosixPath(path).relative_to("/")

    def process(self, container: Container) -> ContainerProcess:
        """Return the process that runs the container here.

        Programs of this Python start without its .pth files. Those would make the project's folder
        importable, and a file missing from the image would go unnoticed.
        """
        program, *arguments = container.command
        command = [program, *arguments]
        environment = dict(container.environment)
        found = shutil.which(program, path=str(Path(sys.executable).parent))
        if found and Path(found).read_bytes().startswith(b"#!") and found != sys.executable:
            command = [sys.executable, "-S", found, *arguments]
            environment["PYTHONPATH"] = sysconfig.get_path("purelib")
        folder = self.folder(container.working_directory)
        return ContainerProcess(tuple(command), folder, environment)


class FolderImageBuilder:
    """Builds images that are folders."""

    name: Final = "processes"

    def build(self, project: Path, images: Path) -> FolderImage:
        """Carry out the Dockerfile's COPY instructions, unless the same image exists."""
        staging = images / "building"
        shutil.rmtree(staging, ignore_errors=True)
        stages = _Stages(project, staging)
        for instruction in instructions(find_dockerfile(project)):
            stages.apply(instruction)
        last = stages.close()
        image = images / folder_digest(last)[:20]
        if image.is_dir():
            os.utime(image)
        else:
            last.rename(image)
        shutil.rmtree(staging)
        return FolderImage(image)

    def find(self, identity: str, images: Path) -> FolderImage | None:
        root = images / identity
        if not root.is_dir():
            return None
        os.utime(root)
        return FolderImage(root)


class _Stages:
    """The file systems of the Dockerfile's stages, each a folder below *staging*."""

    def __init__(self, project: Path, staging: Path) -> None:
        self._project = project
        self._rules = IgnoreRules(find_dockerfile(project))
        self._staging = staging
        self._names: dict[str, Path] = {}
        self._root = staging
        self._folder = PurePosixPath("/")

    def apply(self, instruction: str) -> None:
        """Carry out an instruction if it concerns the project's files."""
        keyword, *words = instruction.split()
        options = [word for word in words if word.startswith("--")]
        words = [word for word in words if not word.startswith("--")]
        match keyword.upper():
            case "FROM":
                self._begin(words)
            case "WORKDIR":
                self._folder = self._folder / words[0]
            case "COPY" if words[0].startswith("["):
                raise ProviderError(
                    "Dockerfile: COPY [...] is not supported here. Use COPY SOURCE... TARGET."
                )
            case "COPY":
                self._copy(options, words)
            case _:
                pass

    def close(self) -> Path:
        """Return the folder of the last stage."""
        self._root.mkdir(parents=True, exist_ok=True)
        return self._root

    def _begin(self, words: list[str]) -> None:
        self._root = self._staging / str(len(self._names))
        self._names[words[-1]] = self._root
        self._folder = PurePosixPath("/")

    def _copy(self, options: list[str], words: list[str]) -> None:
        *sources, target = words
        stage = next((one.partition("=")[2] for one in options if one.startswith("--from=")), None)
        folder = self._root / (self._folder / target).relative_to("/")
        for source in sources:
            if stage is None:
                self._copy_one(self._project / source, folder, is_folder=target.endswith("/"))
            else:
                made = self._names.get(stage, self._staging / "none") / source.lstrip("/")
                if made.exists():  # or else it comes from a RUN instruction
                    self._copy_one(made, folder, is_folder=target.endswith("/"))

    def _copy_one(self, source: Path, target: Path, *, is_folder: bool) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=self._ignored_names, dirs_exist_ok=True)
        elif source.is_file() and not self._is_ignored(source):
            target = target / source.name if is_folder or target.is_dir() else target
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        else:
            raise ProviderError(
                f"the Dockerfile copies {source.name}, which is not in the build context"
            )

    def _ignored_names(self, folder: str, names: list[str]) -> list[str]:
        paths = [Path(folder, name) for name in names]
        return [path.name for path in paths if path.is_file() and self._is_ignored(path)]

    def _is_ignored(self, path: Path) -> bool:
        if self._staging in path.parents:
            return False
        relative = path.relative_to(self._project)
        return "__pycache__" in relative.parts or self._rules.ignores(PurePosixPath(relative))
