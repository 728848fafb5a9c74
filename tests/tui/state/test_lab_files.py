"""The files of a comparison in the app."""

from __future__ import annotations

import pytest

from lab import results_file
from lab.compare import Finished
from tests.tui import lab
from tui.state import html_report, lab_files


def test_the_results_are_kept_if_the_report_fails(tmp_path, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(html_report, "page", fail)
    finished = Finished(results=lab.results(), summary=lab.summary())

    with pytest.raises(ZeroDivisionError):
        lab_files.save({"XDG_STATE_HOME": str(tmp_path)}, finished)
    (results,) = tmp_path.rglob(lab_files.RESULTS)
    assert len(results_file.read(results).runs) == 1
