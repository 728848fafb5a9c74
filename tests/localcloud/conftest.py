import sys

import pytest

from localcloud import cli
from tests.running import ROOT


@pytest.fixture
def refused(monkeypatch, tmp_path, capsys):
    """Runs `python -m localcloud` in this process; returns its exit status and what it printed.

    For commands that end by themselves: a process for each would take longer than the rest of it.
    """

    def refused(*arguments):
        words = ["localcloud", "--state", str(tmp_path / "state"), *arguments]
        monkeypatch.setattr(sys, "argv", words)
        monkeypatch.chdir(ROOT)
        try:
            status = cli.run()
        except SystemExit as error:
            status = error.code
        return status, capsys.readouterr().err

    return refused
