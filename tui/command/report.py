"""The command `blogs report`: show the results of an earlier comparison."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from lab import results_file
from lab.analysis import analyse
from lab.report import html
from lab.results import Results
from lab.results_file import InvalidResults
from tui.command import compare_text, output
from tui.command.output_files import OutputFiles
from tui.command.parser import UsageError


def report(args: Namespace) -> int:
    """Write the files, print the result, and return the exit code."""
    files = OutputFiles({"--from": args.results, "--html": args.html, "--csv": args.csv})
    results = _read(args.results)
    summary = analyse(results)
    if files.has("--html"):
        files.write("--html", html.render(results, summary))
    if files.has("--csv"):
        files.write("--csv", results_file.dumps_csv(results))
    output.print_text("\n".join(compare_text.lines(results, summary)))
    return 0


def _read(name: str) -> Results:
    try:
        return results_file.read(Path(name))
    except InvalidResults as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(f"Cannot read {name} (from --from): {error.strerror}.") from error
