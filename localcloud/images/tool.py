"""The programs that build images: docker, podman or buildah."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_TIMEOUT_S: Final = 20
# buildah and podman build in a chroot, which needs neither a daemon nor a container runtime.
# Without --force-rm they leave the container of a stage without RUN behind, still mounted.
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
    """An image cannot be built or run; the text is one line for the user."""


@dataclass(frozen=True)
class Tool:
    """One of the programs, found on PATH and working."""

    name: str
    program: str

    def build(
        self, context: Path, dockerfile: Path, *, tag: str, base: str, output: IO[str]
    ) -> str:
        """Build an image and return its id; an empty *base* means the Dockerfile's own base."""
        with tempfile.TemporaryDirectory() as folder:
            id_file = Path(folder) / "id"
            command = [
                *(self.program, *_BUILD[self.name]),
                *(f"--file={dockerfile}", f"--tag={tag}", f"--iidfile={id_file}"),
                *self._ignore_option(dockerfile),
                *([f"--build-arg=BASE={base}"] if base else []),
                str(context),
            ]
            self._run("build the image", command, output)
            return id_file.read_text("utf-8").strip().removeprefix("sha256:")

    def has_tag(self, tag: str) -> bool:
        """Return True if the tool has an image with this name."""
        command = [self.program, "images", "--quiet", tag]
        return bool(subprocess.run(command, capture_output=True, check=False).stdout.strip())

    def has_id(self, image: str) -> bool:
        """Return True if docker or podman has the image with this id."""
        command = [self.program, "image", "inspect", image]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def save(self, image: str, archive: Path, output: IO[str]) -> None:
        """Write an image into a file, as `docker save` does."""
        archive.unlink(missing_ok=True)  # buildah and podman would append to it
        command = [part.format(image=image, archive=archive) for part in _SAVE[self.name]]
        self._run("save the image", [self.program, *command], output)

    def _ignore_option(self, dockerfile: Path) -> Sequence[str]:
        """Return the option that names the ignore file; docker has none and finds it."""
        ignore_file = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
        named = self.name != "docker" and ignore_file.exists()
        return [f"--ignorefile={ignore_file}"] if named else []

    def _run(self, what: str, command: Sequence[str], output: IO[str]) -> None:
        try:
            subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True
            )
        except subprocess.CalledProcessError as error:
            raise ImageError(f"{self.name} could not {what} (exit {error.returncode})") from error


def find_tool() -> Tool:
    """Return the first program that is installed and works; docker needs its daemon."""
    # Root can run buildah's images on every machine; some machines do not run podman's containers.
    by_preference = ("docker", "buildah", "podman") if os.geteuid() == 0 else tuple(_BUILD)
    for name in by_preference:
        program = shutil.which(name)
        if program and _works(program):
            return Tool(name, program)
    raise ImageError(
        "No docker, podman or buildah works here. Start Docker, or install one of them (on Debian "
        "and Ubuntu: apt install buildah)."
    )


def _works(program: str) -> bool:
    try:
        command = [program, "images", "--quiet"]
        subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
