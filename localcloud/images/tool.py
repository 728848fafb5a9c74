"""The programs that build images: docker, podman and buildah, by what they have in common."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_PATIENCE_S: Final = 20
# Without a daemon, buildah and podman build in a chroot: that needs no container runtime. Unless
# forced, they leave the container of a stage that runs nothing behind, and its file system mounted.
_BUILD: Final = {
    "docker": ("build",),
    "podman": ("build", "--isolation=chroot", "--layers", "--force-rm"),
    "buildah": ("bud", "--isolation=chroot", "--layers", "--force-rm"),
}
_SAVE: Final = {
    "docker": ("save", "--output={archive}", "{image}"),
    "podman": ("save", "--quiet", "--output={archive}", "{image}"),
    "buildah": ("push", "--quiet", "{image}", "docker-archive:{archive}"),
}


class ImageError(Exception):
    """An image cannot be built or run; the text is one line for a person."""


@dataclass(frozen=True)
class Tool:
    """One of the programs, found on PATH and answering."""

    name: str
    program: str

    def build(
        self, context: Path, dockerfile: Path, *, tag: str, base: str, output: IO[str]
    ) -> str:
        """Build an image and give its id; an empty *base* is the Dockerfile's own."""
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "id"
            command = [
                *(self.program, *_BUILD[self.name]),
                *(f"--file={dockerfile}", f"--tag={tag}", f"--iidfile={told}"),
                *self._ignoring(dockerfile),
                *([f"--build-arg=BASE={base}"] if base else []),
                str(context),
            ]
            self._do("build the image", command, output)
            return told.read_text("utf-8").strip().removeprefix("sha256:")

    def has(self, tag: str) -> bool:
        """Whether an image of this name is in the tool's store."""
        command = [self.program, "images", "--quiet", tag]
        return bool(subprocess.run(command, capture_output=True, check=False).stdout.strip())

    def holds(self, image: str) -> bool:
        """Whether docker's or podman's store has the image of this id."""
        command = [self.program, "image", "inspect", image]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def save(self, image: str, archive: Path, output: IO[str]) -> None:
        """Write an image into a file, as `docker save` does."""
        archive.unlink(missing_ok=True)  # buildah and podman add to what is there
        command = [part.format(image=image, archive=archive) for part in _SAVE[self.name]]
        self._do("save the image", [self.program, *command], output)

    def _ignoring(self, dockerfile: Path) -> Sequence[str]:
        """Name the ignore file to those that might not find it; docker takes no such option."""
        ignore_file = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
        named = self.name != "docker" and ignore_file.exists()
        return [f"--ignorefile={ignore_file}"] if named else []

    def _do(self, what: str, command: Sequence[str], output: IO[str]) -> None:
        try:
            subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True
            )
        except subprocess.CalledProcessError as error:
            raise ImageError(f"{self.name} could not {what} (exit {error.returncode})") from error


def find_tool() -> Tool:
    """Give the first program that is there and works: a docker without its daemon does not."""
    # What buildah has built root can run on any machine; podman's containers some refuse.
    by_preference = ("docker", "buildah", "podman") if os.geteuid() == 0 else tuple(_BUILD)
    for name in by_preference:
        program = shutil.which(name)
        if program and _answers(program):
            return Tool(name, program)
    raise ImageError(
        "no docker, podman or buildah works here: install one (on Debian and Ubuntu: "
        "apt install buildah), or start Docker"
    )


def _answers(program: str) -> bool:
    try:
        command = [program, "images", "--quiet"]
        subprocess.run(command, capture_output=True, timeout=_PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
