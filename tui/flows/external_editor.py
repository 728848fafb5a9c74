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


def run_suspended(app: App[None], use: Callable[[], T]) -> T:
    """Let *use* have the terminal; gives or raises what it does, or `SuspendNotSupported`."""
    outcome: Future[T] = Future()
    with app.suspend(), _signals_deferred():
        try:  # Textual does not take the terminal back when something is raised in here
            outcome.set_result(use())
        except Exception as error:  # noqa: BLE001 -- raised again below
            outcome.set_exception(error)
    return outcome.result()


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """Keep Ctrl-C for the other program alone; what ends this one does so afterwards."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            received.append(number)

    # Handlers and not SIG_IGN, which the other program would inherit; and asyncio hears of
    # signals by a file descriptor, whatever the handlers are.
    wakeup = signal.set_wakeup_fd(-1)
    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
    for put_off in received:
        signal.raise_signal(put_off)
