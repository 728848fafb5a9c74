import logging
import os
import subprocess
import sys

import pytest

from localcloud import cli
from localcloud.cloud import LocalCloud
from tests.running import ROOT


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs `python -m localcloud` in this process, and returns what a process returns.

    For commands that end by themselves: a process for each would take longer than the rest of it.
    One that does not end fails the test.
    """

    async def ready(*_):
        pytest.fail("the local cloud started")

    def execute(*_):
        pytest.fail("the shell opened")

    def command(*words):
        monkeypatch.setattr(LocalCloud, "_until_lost", ready)
        monkeypatch.setattr(os, "execvpe", execute)
        monkeypatch.setattr(sys, "argv", ["localcloud", *words])
        monkeypatch.chdir(ROOT)
        try:
            status = cli.run()
        except SystemExit as error:
            status = error.code
        printed, errors = capsys.readouterr()
        if isinstance(status, str):  # as Python's own exit does
            status, errors = 1, f"{errors}{status}\n"
        return subprocess.CompletedProcess(words, status, printed, errors)

    yield command
    for name in ("asyncio", "watchfiles"):  # whose levels the command has raised
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def refused(command, tmp_path):
    """Runs a start that fails; returns its exit status and what it printed."""

    def refused(*arguments):
        answer = command("--state", str(tmp_path / "state"), *arguments)
        return answer.returncode, answer.stderr

    return refused
