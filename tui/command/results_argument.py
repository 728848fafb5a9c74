"""The results file that `--from` names."""

from __future__ import annotations

from pathlib import Path

from lab import results_file
from lab.load import locust_folder
from lab.load.locust_folder import FolderError
from lab.results import Results
from lab.results_file import InvalidResults
from tui.command.parser import UsageError


def read(name: str) -> Results:
    """Read the file, or the folder of a run with Locust. Raise UsageError if that fails."""
    path = Path(name)
    try:
        return locust_folder.read_results(path) if path.is_dir() else results_file.read(path)
    except (InvalidResults, FolderError) as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot read {name} (from --from): {error.strerror}.") from error
