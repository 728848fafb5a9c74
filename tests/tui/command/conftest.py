"""Commands in this process, and backends for them."""

from __future__ import annotations

import contextlib
import io
import os
import sys

import pytest

from tests.tui.fake import TOKEN, FakeBlogs, serve
from tui.command.cli import main


@pytest.fixture
def served(monkeypatch):
    with serve(FakeBlogs(5)) as served:
        monkeypatch.setenv("BLOGS_FUNCTIONS_URL", f"{served.url}/Prod")
        monkeypatch.setenv("BLOGS_CONTAINERS_URL", served.url)
        monkeypatch.setenv("BLOGS_WRITE_TOKEN", TOKEN)
        yield served


@pytest.fixture
def blogs(capsysbinary, served):
    """Run a command in this process, and return exit code, stdout and stderr."""

    def run(*words, **fakes):
        try:
            code = main(words, **fakes)
        except SystemExit as stop:  # argparse exits after --help
            code = stop.code
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


@pytest.fixture
def stdin(monkeypatch):
    """Return a function that replaces stdin with a pipe and its bytes."""

    def replace_stdin(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return replace_stdin


@pytest.fixture
def typed(monkeypatch):
    """Return a function that replaces stdin with a terminal and the keys typed there."""
    with contextlib.ExitStack() as opened:

        def replace_stdin(words):
            master, slave = os.openpty()
            opened.callback(os.close, master)
            os.write(master, words)
            monkeypatch.setattr(sys, "stdin", opened.enter_context(open(slave)))  # noqa: PTH123 -- a descriptor

        yield replace_stdin
