"""Measure how long the client takes to start, against the least that it could take.

The app's first frame against that of a Textual app with one line in it; `blogs ls --json` against
Python importing the HTTP client. Each pair is started in turn in the same run and the shortest
times count, so that what else the machine does matters little: read the ratios.
"""

import argparse
import fcntl
import http.server
import json
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("READY")
Bare().run()
"""
PATIENCE_S = 60
SIZE = struct.pack("HHHH", 36, 120, 0, 0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="example: .venv/bin/python scripts/start.py --times 10",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--times", type=int, default=5, help="how often to start each (5)")
    print(json.dumps(measure(parser.parse_args().times), indent=2))


def measure(times: int) -> dict[str, dict[str, float]]:
    """Give the shortest milliseconds of each, and the ratio of each pair."""
    with silent() as unanswering, backend() as url:
        environment = {**os.environ, "TERM": "xterm-256color"}
        asking = {**environment, "BLOGS_FUNCTIONS_URL": unanswering}
        listing = {**environment, "BLOGS_FUNCTIONS_URL": url}
        python = sys.executable
        return {
            "first frame": pair(
                times,
                lambda: first_frame([python, "-m", "tui"], asking, b"FUNCTIONS"),
                lambda: first_frame([python, "-c", BARE_APP], environment, b"READY"),
            ),
            "blogs ls --json": pair(
                times,
                lambda: run([python, "-m", "tui", "ls", "--json"], listing),
                lambda: run([python, "-c", "import httpx"], environment),
            ),
        }


def pair(times: int, ours: Callable[[], float], bare: Callable[[], float]) -> dict[str, float]:
    """Time both in turn; the first of each only warms the disk's cache."""
    taken = [(bare(), ours()) for _ in range(times + 1)][1:]
    least = [min(one) * 1000 for one in zip(*taken, strict=True)]
    return {"ours": least[1], "bare": least[0], "ratio": least[1] / least[0]}


def run(command: list[str], environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def first_frame(command: list[str], environment: dict[str, str], marker: bytes) -> float:
    """Give the seconds until *marker* is drawn in a terminal of its own."""
    begun = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, SIZE)
        os.execvpe(command[0], command, environment)  # noqa: S606 -- the child of a fork
    try:
        await_marker(master, marker)
        return time.perf_counter() - begun
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)


def await_marker(master: int, marker: bytes) -> None:
    seen = b""
    while marker not in seen:
        ready, _, _ = select.select([master], [], [], PATIENCE_S)
        piece = os.read(master, 65536) if ready else b""
        if not piece:
            sys.exit(f"start: {marker!r} was never drawn; seen: {seen[-500:]!r}")
        seen += piece


@contextmanager
def silent() -> Iterator[str]:
    """Listen and never answer: the first frame waits for nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def backend() -> Iterator[str]:
    """Answer every request with no blogs."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


if __name__ == "__main__":
    main()
