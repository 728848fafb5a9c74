"""The results file that `--from` names."""

from __future__ import annotations

from pathlib import Path

from lab import results_file
from lab.results import Results
from lab.results_file import InvalidResults
from tui.command.parser import UsageError


def read(name: str) -> Results:
    """Read the file. Raise UsageError if that is not possible."""
    try:
        return results_file.read(Path(name))
    except InvalidResults as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot read {name} (from --from): {error.strerror}.") from error
