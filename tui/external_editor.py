"""The editor that a person likes better than ours, on a file of its own."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_VARIABLES: Final = ("VISUAL", "EDITOR")


class EditorError(Exception):
    """The editor gave nothing back; the text is one sentence for a person."""


def command(environ: Mapping[str, str]) -> list[str]:
    """Give the command that the environment names."""
    for variable in _VARIABLES:
        if environ.get(variable, "").strip():
            return _split(environ[variable], variable)
    raise EditorError("No editor is known: set VISUAL or EDITOR, then start blogs again.")


def _split(value: str, variable: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError as error:
        raise EditorError(f"{variable} cannot be understood ({error}): mend it.") from error


def edit(words: list[str], text: str) -> str:
    """Let a person edit *text* with the command; the terminal is the editor's meanwhile."""
    with tempfile.TemporaryDirectory(prefix="blogs-") as folder:  # only its owner may enter
        path = Path(folder) / "contents.md"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        _run([*words, str(path)])
        try:
            edited = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError("The editor left no UTF-8 text: nothing was changed.") from error
    # Most editors end the last line, asked or not.
    return edited if text.endswith("\n") else edited.removesuffix("\n")


def _run(words: list[str]) -> None:
    try:
        code = subprocess.run(words, check=False).returncode  # noqa: S603 -- the person's own
    except OSError as error:
        raise EditorError(f"{words[0]} cannot be started ({error.strerror}).") from error
    if code:
        raise EditorError(f"{Path(words[0]).name} ended with code {code}: nothing was changed.")
