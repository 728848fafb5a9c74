"""`dockerImage: local`: the project's own image, as a private copy of what its Dockerfile copies.

An image does not change once it is built, so tasks run from a copy named after its contents. A
file that the Dockerfile forgets is missing here as it would be in AWS.
"""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from localcloud.engine.provider import ProviderError
from localcloud.engine.wire import folder_digest

LOCAL: Final = "local"


@dataclass(frozen=True)
class Image:
    """A folder that stands for an image's file system."""

    root: Path

    def folder(self, path: str) -> Path:
        """Give what the absolute *path* of the image is here."""
        return self.root / PurePosixPath(path).relative_to("/")


def build_image(project: Path, images: Path) -> Image:
    """Copy what the Dockerfile copies from the project, unless the same copy exists."""
    staging = images / "building"
    shutil.rmtree(staging, ignore_errors=True)
    for sources, target in _copies(_dockerfile(project)):
        for source in sources:
            _copy(project / source, staging, target)
    image = images / folder_digest(staging)[:20]
    if image.is_dir():
        shutil.rmtree(staging)
    else:
        staging.rename(image)
    return Image(image)


def _dockerfile(project: Path) -> Path:
    found = sorted(project.glob("*/Dockerfile"))
    if len(found) != 1:
        names = ", ".join(str(path.relative_to(project)) for path in found) or "none"
        raise ProviderError(
            f"image 'local' needs one Dockerfile in a folder of ours; found {names}"
        )
    return found[0]


def _copies(dockerfile: Path) -> list[tuple[list[str], PurePosixPath]]:
    """Read the last stage's COPY lines that take from the build context."""
    folder = PurePosixPath("/")
    copies: list[tuple[list[str], PurePosixPath]] = []
    text = dockerfile.read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        instruction, _, rest = line.strip().partition(" ")
        words = [
            word for word in shlex.split(rest, comments=True) if not word.startswith("--chown")
        ]
        match instruction.upper():
            case "FROM":
                folder, copies = PurePosixPath("/"), []
            case "WORKDIR":
                folder = folder / words[0]
            case "COPY" if not any(word.startswith("--from") for word in words):
                *sources, target = [word for word in words if not word.startswith("--")]
                copies.append((sources, folder / target / ("." if target.endswith("/") else "")))
            case _:
                pass
    return copies


def _copy(source: Path, staging: Path, target: PurePosixPath) -> None:
    destination = staging / target.relative_to("/")
    if source.is_dir():
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, destination, ignore=ignored, dirs_exist_ok=True)
    elif source.is_file():
        destination.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, destination / source.name)
    else:
        raise ProviderError(f"the Dockerfile copies {source.name}, which is not in the project")
