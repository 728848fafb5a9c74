"""The files of a comparison: its results and its report."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Final

from lab import results_file
from lab.compare import Finished
from tui.settings.xdg import shortened, state_home
from tui.state import html_report

RESULTS: Final = "results.json"
REPORT: Final = "report.html"


def folder(environ: Mapping[str, str]) -> Path:
    """Return the folder with a folder for each saved comparison."""
    return state_home(environ) / "blogs" / "comparisons"


def save(environ: Mapping[str, str], finished: Finished) -> Path:
    """Write the results and the report to a new folder, and return it.

    The results come first: the report can be made from them again.
    """
    parent = folder(environ)
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _names(parent):
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue
        results_file.write(finished.results, finished.summary, path / RESULTS)
        report = html_report.page(finished.results, finished.summary, environ)
        (path / REPORT).write_text(report, "utf-8")
        return path
    raise AssertionError  # the names never end


def problem(environ: Mapping[str, str], error: OSError) -> str:
    """Return why the files cannot be saved."""
    return (
        f"The result cannot be saved in {shortened(folder(environ), environ)}: {error.strerror}. "
        "Set XDG_STATE_HOME to a folder that you can write, and start again."
    )


def _names(parent: Path) -> Iterator[Path]:
    stem = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    yield parent / stem
    for number in count(2):
        yield parent / f"{stem}-{number}"
