"""The help of the programs behind `make`."""

import runpy
import sys

import pytest

from tests.running import ROOT

FOLDER = ROOT / "scripts"
PROGRAMS = [path for path in sorted(FOLDER.glob("*.py")) if "__main__" in path.read_text()]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_help_fits_in_80_columns_and_has_an_example(path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", [str(path), "--help"])
    monkeypatch.syspath_prepend(str(FOLDER))

    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(path), run_name="__main__")

    help_text = capsys.readouterr().out
    assert ended.value.code == 0
    assert max(map(len, help_text.splitlines())) <= 80
    assert "\nexample: " in help_text
    assert "(default " not in help_text
