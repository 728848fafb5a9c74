"""`blogs serve` as a process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from urllib.parse import urlsplit

from tests.running import TIMEOUT_S
from tests.tui.fake import TOKEN


@contextlib.contextmanager
def serving(backend, state):
    """Run `blogs serve` for *backend*, with its state in the folder *state*."""
    environment = os.environ | {
        "XDG_STATE_HOME": str(state),
        "XDG_CONFIG_HOME": str(state),
        "BLOGS_FUNCTIONS_URL": f"{backend.url}/Prod",
        "BLOGS_CONTAINERS_URL": backend.url,
        "BLOGS_WRITE_TOKEN": TOKEN,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT_S)


def printed_address(process):
    """Return the URL that the process prints, with the key."""
    line = process.stdout.readline()
    assert line.startswith("Open http://127.0.0.1:"), line
    return urlsplit(line.removeprefix("Open ").strip())
