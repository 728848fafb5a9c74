"""`dockerImage: local`: the project's own image, as a private copy of what its Dockerfile copies.

An image does not change once it is built, so tasks run from a copy named after its contents. A
file that the Dockerfile forgets is missing here as it would be in AWS.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from localcloud.engine.provider import ProviderError
from localcloud.engine.wire import folder_digest
from localcloud.provider.container import Container

IMAGES: Final = "images"


class TaskImage(Protocol):
    """An image that tasks run from."""

    @property
    def identity(self) -> str:
        """What its maker knows it by, as long as it is kept."""

    def process(self, container: Container) -> tuple[list[str], Path, dict[str, str]]:
        """Give the command, the folder and the environment that run the container here."""


class Maker(Protocol):
    """Makes images; what two makers of different *name* make of the same sources differs."""

    @property
    def name(self) -> str: ...

    def build(self, project: Path, images: Path) -> TaskImage:
        """Make the image of the project as it is now, below the folder *images*."""

    def kept(self, identity: str, images: Path) -> TaskImage | None:
        """Give an image that was made before, if it is still there."""


@dataclass(frozen=True)
class Image:
    """A folder that stands for an image's file system."""

    root: Path

    @property
    def identity(self) -> str:
        return self.root.name

    def folder(self, path: str) -> Path:
        """Give what the absolute *path* of the image is here."""
        return self.root / PurePosixPath(path).relative_to("/")

    def process(self, container: Container) -> tuple[list[str], Path, dict[str, str]]:
        """Give the command, the folder and the environment that run the container here.

        Programs of this Python start without its .pth files: those would make the project's own
        folder importable, and a file that the image lacks would be missed in AWS only.
        """
        program, *arguments = container.command
        command = [program, *arguments]
        environment = dict(container.environment)
        found = shutil.which(program, path=str(Path(sys.executable).parent))
        if found and Path(found).read_bytes().startswith(b"#!") and found != sys.executable:
            command = [sys.executable, "-S", found, *arguments]
            environment["PYTHONPATH"] = sysconfig.get_path("purelib")
        return command, self.folder(container.working_directory), environment


def build_image(project: Path, images: Path) -> Image:
    """Do the Dockerfile's COPY instructions, unless the same image exists.

    What its RUN instructions make (the installed packages) is what this Python has installed.
    """
    staging = images / "building"
    shutil.rmtree(staging, ignore_errors=True)
    dockerfile = find_dockerfile(project)
    ignored = _Ignored(_ignore_file(dockerfile))
    stages = _Stages(project, staging, ignored)
    for line in _lines(dockerfile):
        stages.do(line)
    last = stages.close()
    image = images / folder_digest(last)[:20]
    if image.is_dir():
        os.utime(image)
    else:
        last.rename(image)
    shutil.rmtree(staging)
    return Image(image)


class Copier:
    """Makes images that are folders."""

    name: Final = "processes"

    def build(self, project: Path, images: Path) -> Image:
        return build_image(project, images)

    def kept(self, identity: str, images: Path) -> Image | None:
        root = images / identity
        if not root.is_dir():
            return None
        os.utime(root)
        return Image(root)


def sources_tag(project: Path) -> str:
    """Give the tag of the image of the project as it is now, as the program gives it."""
    dockerfile = find_dockerfile(project)
    patterns = [line[1:] for line in _lines(_ignore_file(dockerfile)) if line.startswith("!")]
    digest = hashlib.sha256()
    for pattern in (str(dockerfile.relative_to(project)), *patterns):
        for path in sorted(project.glob(pattern)):
            digest.update(f"{path.relative_to(project)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def find_dockerfile(project: Path) -> Path:
    """Give the one Dockerfile of the project."""
    found = sorted(project.glob("*/Dockerfile"))
    if len(found) != 1:
        names = ", ".join(str(path.relative_to(project)) for path in found) or "none"
        raise ProviderError(
            f"image 'local' needs one Dockerfile in a folder of ours; found {names}"
        )
    return found[0]


def _ignore_file(dockerfile: Path) -> Path:
    return dockerfile.with_name(f"{dockerfile.name}.dockerignore")


def _lines(path: Path) -> list[str]:
    """Give the lines that say something, those that go on below joined; no file has none."""
    if not path.exists():
        return []
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    kept = [line for line in lines if not line.lstrip().startswith("#")]
    return "\n".join(kept).replace("\\\n", " ").splitlines()


class _Ignored:
    """What a `.dockerignore` keeps out of the build; the last pattern that fits decides."""

    def __init__(self, path: Path) -> None:
        self._patterns = _lines(path)

    def __call__(self, relative: PurePosixPath) -> bool:
        is_ignored = False
        for pattern in self._patterns:
            wanted = PurePosixPath(pattern.lstrip("!").strip("/")).parts
            if any(_fits(relative.parts[:depth], wanted) for depth in range(1, 99)):
                is_ignored = not pattern.startswith("!")
        return is_ignored


def _fits(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return len(parts) == len(wanted) and all(map(fnmatch.fnmatchcase, parts, wanted))


class _Stages:
    """The file systems of the Dockerfile's stages, each a folder below *staging*."""

    def __init__(self, project: Path, staging: Path, ignored: _Ignored) -> None:
        self._project = project
        self._ignored = ignored
        self._staging = staging
        self._names: dict[str, Path] = {}
        self._root = staging
        self._folder = PurePosixPath("/")

    def do(self, line: str) -> None:
        """Carry out one instruction, if it concerns files of the project."""
        instruction, *words = line.split()
        options = [word for word in words if word.startswith("--")]
        words = [word for word in words if not word.startswith("--")]
        match instruction.upper():
            case "FROM":
                self._begin(words)
            case "WORKDIR":
                self._folder = self._folder / words[0]
            case "COPY" if words[0].startswith("["):
                raise ProviderError("COPY [...] in the Dockerfile is not read here: list the names")
            case "COPY":
                self._copy(options, words)
            case _:
                pass

    def close(self) -> Path:
        """Give the last stage's folder."""
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
                if made.exists():  # else a RUN instruction made it
                    self._copy_one(made, folder, is_folder=target.endswith("/"))

    def _copy_one(self, source: Path, target: Path, *, is_folder: bool) -> None:
        if source.is_dir():
            shutil.copytree(source, target, ignore=self._left_out, dirs_exist_ok=True)
        elif source.is_file() and not self._is_left_out(source):
            target = target / source.name if is_folder or target.is_dir() else target
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        else:
            raise ProviderError(f"the Dockerfile copies {source.name}, which is not in the build")

    def _left_out(self, folder: str, names: list[str]) -> list[str]:
        paths = [Path(folder, name) for name in names]
        return [path.name for path in paths if path.is_file() and self._is_left_out(path)]

    def _is_left_out(self, path: Path) -> bool:
        if self._staging in path.parents:
            return False
        relative = path.relative_to(self._project)
        return "__pycache__" in relative.parts or self._ignored(PurePosixPath(relative))
