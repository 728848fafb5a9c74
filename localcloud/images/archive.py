"""An image as `docker save` writes it: its configuration, its layers, its files."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from localcloud.images.tool import ImageError

_WHITEOUT: Final = ".wh."


@dataclass(frozen=True)
class Layer:
    """One layer: what made it, and the size of its files in bytes."""

    made_by: str
    size: int


class Archive:
    """A saved image."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with tarfile.open(path) as archive:
            (self._manifest,) = _read(archive, "manifest.json")
            self._described = _read(archive, self._manifest["Config"])

    @property
    def config(self) -> Mapping[str, Any]:
        """What the image says of how it is run: User, Env, Cmd, WorkingDir, Volumes."""
        return dict(self._described["config"])

    def layers(self) -> list[Layer]:
        """Give the layers, the lowest first."""
        steps = [one for one in self._described["history"] if not one.get("empty_layer")]
        sizes = [sum(member.size for _, member in files) for files in self._files()]
        return [Layer(step["created_by"], size) for step, size in zip(steps, sizes, strict=True)]

    def members(self) -> Iterator[tarfile.TarInfo]:
        """Give all files, folders and links, layer by layer."""
        for files in self._files():
            for _, member in files:
                yield member

    def unpack(self, folder: Path) -> None:
        """Lay the layers' files over each other, with their owners if root does it.

        Devices are left out, and so is what removes a file of a lower layer: the last stage of the
        Dockerfile begins with nothing and only adds.
        """
        for files in self._files():
            for layer, member in files:
                if Path(member.name).name.startswith(_WHITEOUT):
                    raise ImageError(f"a layer removes {member.name}, which is not done here")
                if not member.isdev():
                    layer.extract(member, folder, numeric_owner=True, filter="fully_trusted")

    def _files(self) -> Iterator[Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]]:
        for name in self._manifest["Layers"]:
            with tarfile.open(self._path) as archive, _layer(archive, name) as layer:
                yield ((layer, member) for member in layer)


@contextmanager
def _layer(archive: tarfile.TarFile, name: str) -> Iterator[tarfile.TarFile]:
    with tarfile.open(fileobj=archive.extractfile(name)) as layer:
        yield layer


def _read(archive: tarfile.TarFile, name: str) -> Any:  # noqa: ANN401  # JSON
    file = archive.extractfile(name)
    if file is None:
        raise ImageError(f"{name} is no file of the saved image")
    return json.load(file)
