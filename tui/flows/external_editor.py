"""Edit a text in the user's own editor, while the app is suspended."""

from __future__ import annotations

import shlex
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, TypeVar

from textual.app import App

T = TypeVar("T")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_JOB_CONTROL: Final = (signal.SIGTSTP, signal.SIGCONT)
_VARIABLES: Final = ("VISUAL", "EDITOR")


class EditorError(Exception):
    """The editor returned nothing; the text is one sentence for the user."""


def command(environ: Mapping[str, str]) -> list[str]:
    """Return the editor command from the environment."""
    for variable in _VARIABLES:
        if environ.get(variable, "").strip():
            return _split(environ[variable], variable)
    raise EditorError("No editor is set. Set VISUAL or EDITOR, then start blogs again.")


def _split(value: str, variable: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError as error:
        raise EditorError(
            f"{variable} is not a valid command ({error}). Correct it, then start blogs again."
        ) from error


def edit(words: list[str], text: str) -> str:
    """Edit *text* with the command, which uses the terminal until it exits."""
    with tempfile.TemporaryDirectory(prefix="blogs-") as folder:  # readable by its owner only
        path = Path(folder) / "contents.md"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        _run([*words, str(path)])
        try:
            edited = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise EditorError(
                "The editor did not save UTF-8 text, so nothing was changed."
            ) from error
    # Most editors add a newline at the end.
    return edited if text.endswith("\n") else edited.removesuffix("\n")


def _run(words: list[str]) -> None:
    try:
        code = subprocess.run(words, check=False).returncode  # noqa: S603 -- the user's own command
    except OSError as error:
        raise EditorError(f"Cannot start the editor {words[0]} ({error.strerror}).") from error
    if code:
        raise EditorError(f"{Path(words[0]).name} exited with code {code}, so nothing was changed.")


def run_suspended(app: App[None], use: Callable[[], T]) -> T:
    """Run *use* while the app is suspended, and return its result.

    Raise what *use* raises, or `SuspendNotSupported`.
    """
    outcome: Future[T] = Future()
    with app.suspend(), _signals_deferred():
        try:  # Textual does not take the terminal back when something is raised in here
            outcome.set_result(use())
        except Exception as error:  # noqa: BLE001 -- raised again below
            outcome.set_exception(error)
    return outcome.result()


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """Leave Ctrl-C to the other program; raise signals that end this one afterwards."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            received.append(number)

    # Handlers instead of SIG_IGN, which the other program would inherit. Ctrl-Z stops both.
    before = {number: signal.signal(number, note) for number in _SIGNALS}
    before |= {number: signal.signal(number, signal.SIG_DFL) for number in _JOB_CONTROL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for put_off in received:
        signal.raise_signal(put_off)
