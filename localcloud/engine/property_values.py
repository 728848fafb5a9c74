"""Property values of resources: from Pulumi's protobuf form to plain Python, and back.

The signatures are those of Pulumi's protocol (`pulumi.runtime.rpc` holds the same constants).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format, struct_pb2

# In a preview, the value of an output that is known only after creation.
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
_ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # a signature, not a secret
_RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


class UnsupportedValue(Exception):
    """The program uses a value that the local cloud does not support."""


@dataclass(frozen=True)
class Archive:
    """A folder of the program; equal digests mean equal names and bytes."""

    path: Path
    digest: str


def encode(values: Mapping[str, Any], secrets: Collection[str] = ()) -> struct_pb2.Struct:
    """Return the protobuf form, with the members named in *secrets* marked as secret."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        encoded = _encode(value)
        struct.update({key: {_SIGNATURE: _SECRET, "value": encoded} if key in secrets else encoded})
    return struct


def folder_digest(folder: Path) -> str:
    """Return the SHA-256 of the names and bytes of all files below *folder*, sorted by name."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


class Decoder:
    """Decodes values; reads each folder once."""

    def __init__(self) -> None:
        self._archives: dict[tuple[Path, str], Archive] = {}

    def decode(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        """Return plain values: secrets unwrapped, whole numbers as int, folders as `Archive`."""
        return _Reader(self._archive).read(struct)

    def decode_state(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        """Decode what an engine has kept: folders may be gone, their digests are still there."""
        return _Reader(_kept_archive).read(struct)

    def _archive(self, value: dict[str, Any]) -> Archive:
        path = Path(value.get("path") or os.devnull)
        if not path.is_dir():
            raise _unsupported("an archive that is not a folder")
        key = path, value.get("hash", "")
        if key not in self._archives:
            self._archives[key] = Archive(path, folder_digest(path))
        return self._archives[key]


def changed(olds: struct_pb2.Struct, news: struct_pb2.Struct) -> list[str]:
    """Return the keys whose values differ; archives are compared by the engine's hashes."""
    before, after = (_Reader(_hash).read(one) for one in (olds, news))
    return sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


class _Reader:
    """Turns the protobuf form into plain values; *archive* decodes archives."""

    def __init__(self, archive: Callable[[dict[str, Any]], object]) -> None:
        self._archive = archive

    def read(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        return {key: self._plain(value) for key, value in json_format.MessageToDict(struct).items()}

    def _plain(self, value: Any) -> Any:  # noqa: ANN401  # a JSON value
        if isinstance(value, dict):
            if _SIGNATURE in value:
                return self._special(value)
            return {key: self._plain(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self._plain(member) for member in value]
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def _special(self, value: dict[str, Any]) -> Any:  # noqa: ANN401  # a JSON value
        signature = value[_SIGNATURE]
        if signature in (_SECRET, _OUTPUT):
            return self._plain(value.get("value"))
        if signature == _RESOURCE:
            return value["urn"]
        if signature == _ARCHIVE:
            return self._archive(value)
        raise _unsupported("a single asset" if signature == _ASSET else "this type of value")


def _kept_archive(value: dict[str, Any]) -> Archive:
    return Archive(Path(value.get("path") or os.devnull), value.get("hash", ""))


def _hash(value: dict[str, Any]) -> object:
    return value.get("hash") or value


def _unsupported(what: str) -> UnsupportedValue:
    return UnsupportedValue(f"the local cloud does not support {what}")


def _encode(value: Any) -> Any:  # noqa: ANN401  # a JSON value
    if isinstance(value, Archive):
        return {_SIGNATURE: _ARCHIVE, "path": str(value.path)}
    if isinstance(value, Mapping):
        return {key: _encode(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(member) for member in value]
    return value
