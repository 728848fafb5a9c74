"""The program in a real pseudo-terminal, as raw bytes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from typing import Any

from tests.tui.terminal.screen import Screen

DEADLINE = 180.0


class Terminal:
    """A pseudo-terminal that runs `blogs`."""

    def __init__(self, pid: int, master: int) -> None:
        self.pid = pid
        self.master = master
        self.seen = b""
        self.screen = Screen()
        self.status: int | None = None

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def read(self, seconds: float) -> bool:
        """Read output that comes within *seconds*; return True if there was any."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            return False
        self.seen += piece
        return bool(piece)

    def expect(self, words: bytes, since: int = 0) -> int:
        """Read until *words* appear; return the length of the output so far."""
        deadline = time.monotonic() + DEADLINE
        while words not in self.seen[since:]:
            assert time.monotonic() < deadline, f"{words!r} never came; seen: {self.seen[-2000:]!r}"
            self.read(0.1)
        return len(self.seen)

    def settle(self) -> None:
        """Read until the output pauses."""
        while self.read(0.2):
            pass

    def wait(self, seconds: float = DEADLINE, options: int = 0) -> int:
        """Wait until the program ends or stops, and return its wait status."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG | options)
            if pid:
                if not os.WIFSTOPPED(status):
                    self.status = status
                while self.read(0):
                    pass
                return status
        raise AssertionError(f"the program did not end within {seconds} s")

    def mode(self) -> list[Any]:
        """Return all attributes of the terminal: echo, line editing, signals and so on."""
        return termios.tcgetattr(self.master)

    def send(self, number: int) -> None:
        """Send a signal; if it stops the program, wait until it has stopped."""
        os.kill(self.pid, number)
        if number in {signal.SIGSTOP, signal.SIGTSTP}:
            assert os.WIFSTOPPED(self.wait(options=os.WUNTRACED))


@contextlib.contextmanager
def opened(
    environ: dict[str, str], size: tuple[int, int] = (80, 24), command: list[str] | None = None
) -> Iterator[Terminal]:
    """Run `blogs` in a new pseudo-terminal until the block ends."""
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(sys.executable, [sys.executable, *(command or ["-m", "tui"])], environ)  # noqa: S606 -- the child of a fork
    terminal = Terminal(pid, master)
    terminal.resize(*size)
    try:
        yield terminal
    finally:
        if terminal.status is None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            os.close(master)
