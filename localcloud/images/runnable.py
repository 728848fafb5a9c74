"""Command lines that run a command in a built image.

docker and podman run their images themselves. buildah does not pass signals on to what it runs, so
its images are unpacked, and the command runs in that folder.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Protocol

from localcloud.images.archive import Archive
from localcloud.images.tool import ImageError, Tool

_HERE: Final = Path(__file__).parent
_ROOT: Final = "root"
_CONFIG: Final = "config.json"
# Prefixes of the variables by which docker and podman find their daemon, store and settings.
_TOOL_VARIABLES: Final = ("CONTAINER", "DOCKER_", "HOME", "PATH", "TMPDIR", "XDG_")


class Runnable(Protocol):
    """A built image; two with the same contents are equal."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the environment needs in addition to the declared variables, except PATH."""

    def start(
        self, command: Sequence[str], working_directory: str, volumes: Sequence[str]
    ) -> list[str]:
        """Return the command line of a process that runs *command* as the image's user.

        The root is read-only, except for the *volumes*, which are empty. The network is this
        machine's. SIGTERM reaches the command, and nothing is left once the process has ended,
        even if it is killed.
        """


@dataclass(frozen=True)
class Stored:
    """An image in the store of docker or podman."""

    tool: Tool
    image: str

    @property
    def variables(self) -> Mapping[str, str]:
        return {}

    def start(
        self, command: Sequence[str], working_directory: str, volumes: Sequence[str]
    ) -> list[str]:
        own = [
            f"{key}={value}" for key, value in os.environ.items() if key.startswith(_TOOL_VARIABLES)
        ]
        return [
            *(sys.executable, "-I", "-S", str(_HERE / "run.py"), *own, self.tool.program),
            *("--pull=never", "--network=host", "--read-only", "--cap-drop=ALL"),
            *(f"--tmpfs={volume}:mode=1777" for volume in volumes),
            *(f"--workdir={working_directory}", self.image, *command),
        ]


@dataclass(frozen=True)
class Unpacked:
    """An image unpacked into the folder *root*, and its configuration."""

    root: Path
    user: str
    path: str
    environment: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, root: Path, config: Mapping[str, Any]) -> Unpacked:
        environment = dict(entry.split("=", 1) for entry in config["Env"])
        path = environment.pop("PATH")
        return cls(root, config["User"], path, tuple(environment.items()))

    @property
    def variables(self) -> Mapping[str, str]:
        return dict(self.environment)

    def start(
        self, command: Sequence[str], working_directory: str, volumes: Sequence[str]
    ) -> list[str]:
        user, _, group = self.user.partition(":")
        return [
            *("unshare", "--mount", "--", "/bin/sh", str(_HERE / "enter.sh"), str(self.root)),
            *(user, group or user, working_directory, self.path, " ".join(volumes), *command),
        ]


def make_runnable(tool: Tool, image: str, folder: Path, output: IO[str]) -> Runnable:
    """Return the image with this id ready to run; it is unpacked below *folder* if necessary."""
    if tool.name != "buildah":
        return Stored(tool, image)
    if os.geteuid() != 0:
        raise ImageError(
            "only root can run images that buildah has built. Install podman or docker."
        )
    unpacked = _unpacked(image, folder)
    if not unpacked.is_dir():
        _unpack(tool, image, unpacked, output)
    return _opened(unpacked)


def find_runnable(tool: Tool, image: str, folder: Path) -> Runnable | None:
    """Return what `make_runnable` returned for an image, None if the image is gone."""
    if tool.name != "buildah":
        return Stored(tool, image) if tool.has_id(image) else None
    unpacked = _unpacked(image, folder)
    return _opened(unpacked) if unpacked.is_dir() else None


def _unpacked(image: str, folder: Path) -> Path:
    return folder / image[:20]


def _opened(unpacked: Path) -> Unpacked:
    """Open an unpacked image, and mark it as used so that it is not removed."""
    os.utime(unpacked)
    return Unpacked.of(unpacked / _ROOT, json.loads((unpacked / _CONFIG).read_text("utf-8")))


def _unpack(tool: Tool, image: str, folder: Path, output: IO[str]) -> None:
    """Create *folder*, completely or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging:
        saved, made = Path(staging) / "image.tar", Path(staging) / "unpacked"
        tool.save(image, saved, output)
        archive = Archive(saved)
        archive.unpack(made / _ROOT)
        (made / _CONFIG).write_text(json.dumps(archive.config), "utf-8")
        made.rename(folder)
