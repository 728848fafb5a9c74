"""The files that a long command writes at its end, and checks before its start."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tui.command import output
from tui.command.output import OutputError
from tui.command.parser import UsageError

_STDOUT: Final = "-"
_STDOUT_NAMES: Final = frozenset({"-", "/dev/stdout", "/dev/fd/1"})
_DEVICES: Final = Path("/dev")


class OutputFiles:
    """The files named by options, such as ``{"--json": "results.json"}``; None is not set."""

    def __init__(self, names: Mapping[str, str | None]) -> None:
        self._names = {
            option: _STDOUT if name in _STDOUT_NAMES else name
            for option, name in names.items()
            if name is not None
        }
        paths: dict[Path, str] = {}
        for option, name in self._names.items():
            other = paths.setdefault(Path(name).resolve(), option)
            if other != option:
                raise UsageError(f"{other} and {option} name the same file. Use two files.")

    def has(self, option: str) -> bool:
        return option in self._names

    @property
    def use_stdout(self) -> bool:
        return _STDOUT in self._names.values()

    def check(self, size: int) -> None:
        """Raise OutputError if a file of *size* bytes could not be written."""
        for option, name in self._names.items():
            if name == _STDOUT:
                continue
            path = Path(name)
            with _errors(option, name):
                if _is_written_in_place(path):
                    _check_device(path)
                else:
                    _check_space(path.resolve(), size)

    def write(self, option: str, text: str) -> None:
        """Write the file of *option*, if it is set. An earlier file stays until it is complete."""
        name = self._names.get(option)
        if name is None:
            return
        if name == _STDOUT:
            output.print_text(text)
            return
        path = Path(name)
        with _errors(option, name):
            if _is_written_in_place(path):
                path.write_text(text, encoding="utf-8")
            else:
                _replace(path.resolve(), text)


def _is_written_in_place(path: Path) -> bool:
    """Return True for a device or a pipe, and for the descriptors below /dev."""
    return path.is_relative_to(_DEVICES) or (path.exists() and not path.is_file())


def _check_device(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        os.write(descriptor, b"")  # /dev/full refuses even that
    finally:
        os.close(descriptor)


def _check_space(path: Path, size: int) -> None:
    with _new_file(path) as new:
        os.posix_fallocate(new, 0, size)
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(None, "Permission denied")


@contextlib.contextmanager
def _new_file(path: Path, *, keep: bool = False) -> Iterator[int]:
    """Create a file beside *path*. At the end, remove it, or with *keep*, replace *path* by it."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        if keep:
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _replace(path: Path, text: str) -> None:
    with _new_file(path, keep=True) as descriptor:
        rest = memoryview(text.encode())
        while rest:
            rest = rest[os.write(descriptor, rest) :]


@contextlib.contextmanager
def _errors(option: str, name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise OutputError(
            f"Cannot write {name} (from {option}): its folder does not exist. Create it first."
        ) from error
    except OSError as error:
        raise OutputError(f"Cannot write {name} (from {option}): {error.strerror}.") from error
