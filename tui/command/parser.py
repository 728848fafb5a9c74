"""The parser of each command of `blogs`, with the options that all of them have."""

from __future__ import annotations

import argparse
import textwrap
from typing import NoReturn

from tui.command import output
from tui.command.argument_types import not_empty
from tui.command.help_text import EXIT_CODES, WIDTH, json_format
from tui.settings.values import BackendName


class UsageError(Exception):
    """The command line is not valid. The message says what to change."""

    as_text = False
    """Print it as text in any case: --json of this command names a file."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` instead of exiting."""

    errors_as_text = False

    def print_help(self, file: object = None) -> None:  # noqa: ARG002 -- argparse's signature
        """Print on stdout as every command does: the reader may close it early."""
        output.print_text(self.format_help().rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        error = UsageError(f"{message}; see {self.prog} --help.")
        error.as_text = self.errors_as_text
        raise error


def add_command(
    commands: argparse._SubParsersAction[Parser], name: str, summary: str, example: str
) -> Parser:
    formats = f"--json prints:\n{json_format(name)}"
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:\n  blogs {example}\n\n{formats}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_common_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON (format below)")
    return parser


def add_common_options(parser: Parser) -> None:
    """Add the options of every command.

    An absent option sets no attribute, so it does not override one before the command.
    """
    add = parser.add_argument_group("connection", argument_default=argparse.SUPPRESS).add_argument
    names = [name.value for name in BackendName]
    add("--backend", choices=names, help="backend to use (default: functions)")
    add("--stack", type=not_empty, metavar="NAME", help="a local cloud or Pulumi stack")
    add(
        "--project",
        type=not_empty,
        metavar="FOLDER",
        help="folder of the Pulumi project (default: the current folder)",
    )
    add(
        "--functions-url",
        type=not_empty,
        metavar="URL",
        help="URL of the functions backend, with its stage",
    )
    add("--containers-url", type=not_empty, metavar="URL", help="URL of the containers backend")
    add("--token-file", type=not_empty, metavar="FILE", help="file that contains the write token")
    add("--timeout", metavar="SECONDS", help="time limit for a request (default: 30)")
    add("--read-only", action="store_true", help="reject all writes before they are sent")
    add(
        "--plain-http-token",
        action="store_true",
        help="allow sending the write token unencrypted to another machine",
    )


def wrapped(text: str) -> str:
    """Wrap a description: argparse would also wrap the examples below it."""
    return textwrap.fill(text, WIDTH)
