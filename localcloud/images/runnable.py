"""A built image, and the command line that runs something in it.

docker and podman run it themselves. buildah's own way of running passes no signal on, so its images
are unpacked, and the command starts in there.
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
# By these docker and podman find their daemon, their store and their settings.
_TOOLS_OWN: Final = ("CONTAINER", "DOCKER_", "HOME", "PATH", "TMPDIR", "XDG_")


class Runnable(Protocol):
    """A built image; two of the same contents are equal."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What the environment needs besides what is declared; PATH is seen to."""

    def start(
        self, command: Sequence[str], working_directory: str, volumes: Sequence[str]
    ) -> list[str]:
        """Give the command line of a process that runs *command* as the image's user.

        The root is read-only, but for empty *volumes*; the network is this machine's. SIGTERM
        reaches the command, and nothing is left when the process has ended, even if killed.
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
        own = [f"{key}={value}" for key, value in os.environ.items() if key.startswith(_TOOLS_OWN)]
        return [
            *(sys.executable, "-I", "-S", str(_HERE / "run.py"), *own, self.tool.program),
            *("--pull=never", "--network=host", "--read-only", "--cap-drop=ALL"),
            *(f"--tmpfs={volume}:mode=1777" for volume in volumes),
            *(f"--workdir={working_directory}", self.image, *command),
        ]


@dataclass(frozen=True)
class Unpacked:
    """An image as a folder: *root* in a file system of this machine, and what it says of itself."""

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
    """Make what runs the image of this id, below *folder* when it has to be unpacked."""
    if tool.name != "buildah":
        return Stored(tool, image)
    if os.geteuid() != 0:
        raise ImageError("what buildah built only root can run here; install podman or docker")
    unpacked = _unpacked(image, folder)
    if not unpacked.is_dir():
        _unpack(tool, image, unpacked, output)
    return _opened(unpacked)


def kept_runnable(tool: Tool, image: str, folder: Path) -> Runnable | None:
    """Give what `make_runnable` has made of an image, unless the image is gone."""
    if tool.name != "buildah":
        return Stored(tool, image) if tool.holds(image) else None
    unpacked = _unpacked(image, folder)
    return _opened(unpacked) if unpacked.is_dir() else None


def _unpacked(image: str, folder: Path) -> Path:
    return folder / image[:20]


def _opened(unpacked: Path) -> Unpacked:
    """Use an unpacked image, so that it is not forgotten."""
    os.utime(unpacked)
    return Unpacked.of(unpacked / _ROOT, json.loads((unpacked / _CONFIG).read_text("utf-8")))


def _unpack(tool: Tool, image: str, folder: Path, output: IO[str]) -> None:
    """Make *folder*, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging:
        saved, made = Path(staging) / "image.tar", Path(staging) / "unpacked"
        tool.save(image, saved, output)
        archive = Archive(saved)
        archive.unpack(made / _ROOT)
        (made / _CONFIG).write_text(json.dumps(archive.config), "utf-8")
        made.rename(folder)
