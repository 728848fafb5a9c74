"""An image archive as `docker save` writes it: configuration, layers and files."""

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
    """One layer: the instruction that made it, and the size of its files in bytes."""

    created_by: str
    size: int


class Archive:
    """A saved image."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with tarfile.open(path) as archive:
            (self._manifest,) = _read(archive, "manifest.json")
            self._metadata = _read(archive, self._manifest["Config"])

    @property
    def config(self) -> Mapping[str, Any]:
        """How the image wants to be run: User, Env, Cmd, WorkingDir, Volumes."""
        return dict(self._metadata["config"])

    def layers(self) -> list[Layer]:
        """Return the layers, the lowest first."""
        steps = [one for one in self._metadata["history"] if not one.get("empty_layer")]
        sizes = [sum(member.size for _, member in files) for files in self._files()]
        return [Layer(step["created_by"], size) for step, size in zip(steps, sizes, strict=True)]

    def members(self) -> Iterator[tarfile.TarInfo]:
        """Yield all files, folders and links, layer by layer."""
        for files in self._files():
            for _, member in files:
                yield member

    def unpack(self, folder: Path) -> None:
        """Unpack the layers into one folder, with the files' owners if root does it.

        Devices are skipped. A layer that removes a file is an error: the last stage of the
        Dockerfile starts empty and only adds files.
        """
        for files in self._files():
            for layer, member in files:
                if Path(member.name).name.startswith(_WHITEOUT):
                    raise ImageError(
                        f"a layer removes {member.name}; removing files is not supported here"
                    )
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
        raise ImageError(f"{name} is not a file of the saved image")
    return json.load(file)
