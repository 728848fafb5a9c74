"""The command line of `blogs`: its commands and options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

from lab.cloudwatch.metrics import PERIODS
from tui.client.contract import DEFAULT_PAGE
from tui.command.argument_types import etag, not_empty, page_size, port, positive_number
from tui.command.cost_arguments import add_cost
from tui.command.help_text import (
    COMPLETION_SETUP,
    DIFF_EXIT_CODES,
    EPILOG,
    EXIT_CODES,
)
from tui.command.lab_arguments import add_compare, add_report
from tui.command.parser import Parser, add_command, add_common_options, wrapped

SHELLS: Final = ("bash", "zsh", "fish")


def build_parser() -> Parser:
    """Return the parser. Common options are accepted before and after the command."""
    parser = Parser(
        prog="blogs",
        description=wrapped(
            "Read and write blogs on the functions backend or the containers backend. "
            "Without a command, start the terminal app."
        ),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_common_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_ls(commands)
    _add_show(commands)
    _add_post(commands)
    _add_edit(commands)
    _add_rm(commands)
    _add_diff(commands)
    add_compare(commands)
    add_report(commands)
    _add_parity(commands)
    _add_metrics(commands)
    add_cost(commands)
    _add_completion(commands)
    _add_serve(commands)
    _add_outputs(commands)
    return parser


def _add_ls(commands: argparse._SubParsersAction[Parser]) -> None:
    ls = add_command(commands, "ls", "list blogs, newest first", "ls --limit 100 --json")
    amount = ls.add_mutually_exclusive_group()
    amount.add_argument(
        "--limit",
        type=positive_number,
        default=DEFAULT_PAGE,
        metavar="N",
        help=f"number of blogs (default: {DEFAULT_PAGE})",
    )
    amount.add_argument("--all", action="store_true", help="list all blogs")


def _add_show(commands: argparse._SubParsersAction[Parser]) -> None:
    show = add_command(commands, "show", "show one blog", "show 019e0d3c-… --json")
    show.add_argument("id", metavar="ID", help="id of the blog")


def _add_post(commands: argparse._SubParsersAction[Parser]) -> None:
    post = add_command(commands, "post", "create a blog", "post --title Hello --file hello.md")
    post.add_argument("--title", required=True, help="title")
    post.add_argument("--author", default="", help="author (optional)")
    post.add_argument(
        "--file",
        type=not_empty,
        metavar="FILE",
        default="-",
        help="file with the contents; - is standard input (default: -)",
    )
    post.add_argument("--id", type=not_empty, help="id (default: a new id that sorts by time)")


def _add_edit(commands: argparse._SubParsersAction[Parser]) -> None:
    edit = add_command(
        commands, "edit", "change a blog", "edit 019e0d3c-… --title 'A better title'"
    )
    edit.description = wrapped(
        "Change the given fields of a blog and keep the others. Without --title, --author and "
        "--file, the new contents come from standard input, if it is not a terminal. With one of "
        "these options, standard input is not read, so edit works in a loop that reads it."
    )
    edit.add_argument("id", metavar="ID", help="id of the blog")
    edit.add_argument("--title", help="new title")
    edit.add_argument("--author", help="new author")
    edit.add_argument(
        "--file",
        type=not_empty,
        metavar="FILE",
        help="file with the new contents; - is standard input",
    )
    edit.add_argument(
        "--if-match",
        type=etag,
        metavar="ETAG",
        help="change the blog only if it has this ETag (default: the ETag that edit reads)",
    )


def _add_rm(commands: argparse._SubParsersAction[Parser]) -> None:
    remove = add_command(commands, "rm", "delete a blog", "rm 019e0d3c-… --yes")
    remove.add_argument("id", metavar="ID", help="id of the blog")
    remove.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    remove.add_argument(
        "--if-match", type=etag, metavar="ETAG", help="delete the blog only if it has this ETag"
    )


def _add_diff(commands: argparse._SubParsersAction[Parser]) -> None:
    diff = add_command(
        commands, "diff", "compare the responses of both backends", "diff 019e0d3c-…"
    )
    diff.description = wrapped(
        "Send the same request to both backends, one after the other, and compare the status, "
        "headers and body of the responses (JSON in canonical form). Headers that depend on the "
        "server or the time may differ."
    )
    diff.epilog = f"{diff.epilog}\n{DIFF_EXIT_CODES}"
    diff.add_argument(
        "id", metavar="ID", nargs="?", help="id of a blog; without it, compare the list of blogs"
    )
    diff.add_argument(
        "--limit",
        type=page_size,
        default=DEFAULT_PAGE,
        metavar="N",
        help=f"number of blogs in the list (default: {DEFAULT_PAGE})",
    )


def _add_parity(commands: argparse._SubParsersAction[Parser]) -> None:
    parity = add_command(
        commands, "parity", "send hard requests to both backends and compare", "parity --json"
    )
    parity.description = wrapped(
        "Send about 300 requests to each backend (unusual paths, methods, headers, conditions, "
        "bodies and sizes, invalid HTTP) and compare the status, headers and body of the "
        "responses. The table shows the differences: those without an explanation, then those "
        "that the servers in front of the backends make, with the reason and how sure it is. The "
        "requests create blogs and delete them again. In read-only mode or without a write token, "
        "only the requests that write nothing are sent."
    )
    parity.epilog = f"{parity.epilog}\n{DIFF_EXIT_CODES}"


def _add_metrics(commands: argparse._SubParsersAction[Parser]) -> None:
    metrics = add_command(
        commands, "metrics", "show the CloudWatch metrics of both backends", "metrics --period 3h"
    )
    metrics.description = wrapped(
        "Show the CloudWatch metrics of both backends and their table. AWS charges for each metric "
        "requested; the last line shows the cost. A local cloud serves its own metrics, free of "
        "charge."
    )
    names = [period.name for period in PERIODS]
    metrics.add_argument(
        "--period", choices=names, default="1h", help="period up to now (default: 1h)"
    )
    metrics.add_argument(
        "--outputs",
        type=not_empty,
        metavar="FILE",
        help="read the stack outputs from this file, made by `pulumi stack output --json`",
    )


def _add_completion(commands: argparse._SubParsersAction[Parser]) -> None:
    completion = commands.add_parser(
        "completion",
        help="print a shell completion script",
        description="Print a completion script for a shell.",
        epilog=f"example:\n  blogs completion bash\n\n{COMPLETION_SETUP}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    completion.add_argument("shell", choices=SHELLS, help="name of the shell")


def _add_serve(commands: argparse._SubParsersAction[Parser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="open the app in a browser",
        description=wrapped(
            "Serve the app to a browser on this machine. The printed URL contains a key: anyone "
            "with this URL can write. To use the app from another machine, forward the port: "
            "ssh -L 8000:127.0.0.1:8000 HOST"
        ),
        epilog=f"example:\n  blogs serve --port 8000\n\n{EXIT_CODES}\n\n"
        "Ctrl-C and SIGTERM stop blogs serve; the exit code is then 0.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_common_options(serve)
    serve.add_argument(
        "--port",
        type=port,
        default=8000,
        metavar="N",
        help="port, or 0 for any free port (default: 8000)",
    )


def _add_outputs(commands: argparse._SubParsersAction[Parser]) -> None:
    outputs = add_command(commands, "outputs", "show settings and their sources", "outputs")
    outputs.description = wrapped(
        "Show the URLs of the backends, all other settings, and the source of each. The write "
        "token is not shown."
    )


def app_arguments(arguments: Sequence[str]) -> list[str]:
    """Return the arguments of the app that ``blogs serve`` with these *arguments* starts."""
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    own.add_argument("--port")
    _, rest = own.parse_known_args(arguments)
    rest.remove("serve")
    return rest
