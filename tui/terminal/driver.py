"""The driver of a terminal: its mode, suspending, and reading its input."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
from codecs import getincrementaldecoder
from enum import Enum, auto
from io import TextIOWrapper
from typing import Any, Final, Protocol, TextIO, cast

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

_STDERR: Final = 2  # Textual draws there
_POLL_S: Final = 0.1
_LEAVE: Final = b"\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1004l\x1b[<u\x1b[?1049l\x1b[?25h"
"""End bracketed paste, mouse and focus reports, the keyboard protocol and the alternate screen."""


class Receiver(Protocol):
    """The app, which receives what the terminal sends."""

    def receive(self, message: Message) -> None: ...


class _State(Enum):
    OFF = auto()
    ON = auto()
    SUSPENDED = auto()


class _Output:
    """The file that shows the app, until the terminal is closed: then output is discarded."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, words: str) -> None:
        with contextlib.suppress(OSError):
            self._file.write(words)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


class TerminalDriver(LinuxDriver):
    """Textual's driver, which restores the first mode of the terminal whatever signals arrive."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            self._file = cast("TextIOWrapper", _Output(self._file))
        self._state = _State.OFF
        # Callbacks of the event loop run one after the other; signal handlers, which Textual uses,
        # interrupt each other.
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._continue)

    # The mode of the terminal.

    def start_application_mode(self) -> None:
        first = self.attrs_before
        super().start_application_mode()  # type: ignore[no-untyped-call]  # does nothing in the background
        if first is not None:
            self.attrs_before = first  # the mode now can be that of the app
        is_started = self._key_thread is not None and self._key_thread.is_alive()
        self._state = _State.ON if is_started else _State.SUSPENDED

    def stop_application_mode(self) -> None:
        if self._state is _State.ON:
            super().stop_application_mode()
        self._state = _State.OFF

    def suspend_application_mode(self) -> None:
        super().suspend_application_mode()
        self._state = _State.SUSPENDED

    def restore(self) -> None:
        """Restore the terminal at once, from any thread, even if its output is blocked."""
        if self.attrs_before is None:
            return
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        with contextlib.suppress(OSError):
            os.set_blocking(_STDERR, False)
            os.write(_STDERR, _LEAVE)
        with contextlib.suppress(OSError):
            os.set_blocking(_STDERR, True)

    def _stop(self) -> None:
        """Suspend the app, and stop the whole job: `make demo` waits for the client."""
        if self._state is _State.ON:
            self.suspend_application_mode()
        self._loop.remove_signal_handler(signal.SIGCONT)  # another SIGTSTP would discard SIGCONT
        os.kill(0, signal.SIGSTOP)  # returns when the job is continued
        self._loop.add_signal_handler(signal.SIGCONT, self._continue)
        self._continue()

    def _continue(self) -> None:
        """Take the terminal back; a shell may have changed its mode, also after SIGSTOP."""
        if self._state is _State.ON:
            self.suspend_application_mode()
        if self._state is _State.SUSPENDED:
            self._must_signal_resume = True
            self.resume_application_mode()

    # Output and input.

    def write(self, data: str) -> None:
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().write(data)

    def send_message(self, message: Message) -> None:
        self._loop.call_soon_threadsafe(cast("Receiver", self._app).receive, message)

    def run_input_thread(self) -> None:
        """Read input until the app stops or the terminal is closed."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            if select.select([self.fileno], [], [], _POLL_S)[0]:
                try:
                    data = os.read(self.fileno, 4096)
                    if not data:
                        termios.tcgetattr(self.fileno)  # fails if the terminal is closed
                except (OSError, termios.error):
                    os.kill(os.getpid(), signal.SIGHUP)  # the shell may have disabled it
                    return
                words = decode(data)
                if words:  # otherwise, the rest of a character is missing
                    for event in parser.feed(words):
                        self.process_message(event)
            for event in parser.tick():
                self.process_message(event)
