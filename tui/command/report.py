"""The command `blogs report`: show the results of an earlier comparison."""

from __future__ import annotations

import os
from argparse import Namespace

from lab import results_file
from lab.analysis import analyse
from tui.command import compare_text, output, results_argument
from tui.command.output_files import OutputFiles
from tui.state import html_report


def report(args: Namespace) -> int:
    """Write the files, print the result, and return the exit code."""
    files = OutputFiles({"--from": args.results, "--html": args.html, "--csv": args.csv})
    results = results_argument.read(args.results)
    summary = analyse(results)
    shown = "\n".join(compare_text.lines(results, summary))
    if files.use_stdout:  # first: a reader such as head can end the command
        output.print_stderr(shown)
    if files.has("--html"):
        files.write("--html", html_report.page(results, summary, os.environ))
    if files.has("--csv"):
        files.write("--csv", results_file.dumps_csv(results))
    if not files.use_stdout:
        output.print_text(shown)
    return 0
