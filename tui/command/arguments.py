"""The command line of `blogs`: what can be written, and what its help says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final, NoReturn

from lab.cloudwatch.metrics import PERIODS
from tui.client.contract import DEFAULT_PAGE, LARGEST_PAGE
from tui.command import output
from tui.settings.values import BackendName

EXIT_CODES: Final = """\
exit codes:
  0    done
  1    the backend refused or failed, or the output could not be written
  2    wrong usage or settings (a missing or unfit token or URL; no terminal for the app)
  3    the backend cannot be reached, or its answer was lost
  4    conflict: the blog was changed meanwhile (412), or the id is taken (409)
  5    there is no such blog (404)
  130  interrupted
blogs diff: 0 the answers are the same, 1 they differ, 2 what is 1 or 2 otherwise"""

SHELLS: Final = ("bash", "zsh", "fish")
_EPILOG: Final = f"""\
where the backends are (the first that names a place counts):
  --stack NAME                        the running local cloud of that name, else what
                                      `pulumi stack output` says in the project's folder
  --functions-url, --containers-url   or BLOGS_FUNCTIONS_URL, BLOGS_CONTAINERS_URL
  BLOGS_STACK                         as --stack
  the configuration file              its URLs, or its stack
  otherwise                           the one running local cloud
write token:
  --token-file FILE; with URLs BLOGS_WRITE_TOKEN, else the configuration file's token_file;
  with a stack or local cloud its own
other settings, each from the first of flag, environment, configuration file:
  --backend BLOGS_BACKEND  --timeout BLOGS_TIMEOUT  --read-only BLOGS_READ_ONLY
  --project BLOGS_PROJECT
configuration file: $XDG_CONFIG_HOME/blogs/config.toml (or ~/.config/blogs/config.toml), with any of
  functions_url, containers_url, token_file, stack, project, backend, timeout, read_only, theme
`blogs outputs` says what was found, and where.

{EXIT_CODES}

examples:
  blogs                               open the app
  blogs ls --limit 5
  blogs --backend containers show ID
  echo 'Hello *there*' | blogs post --title Hello --author Ada"""

_JSON: Final = {
    "ls": """{"backend", "blogs": [SUMMARY, ...], "more": true|false, "requests"}""",
    "show": """{"backend", "blog": BLOG, "etag", "requests"}""",
    "post": """{"backend", "blog": BLOG, "etag", "read_back": true|false, "requests"}""",
    "edit": """{"backend", "blog": BLOG, "etag", "read_back": true|false, "requests"}""",
    "rm": """{"backend", "deleted": ID, "read_back": true|false, "requests"}""",
    "diff": """{"target", "same": true|false, "status": {"functions", "containers"},
   "headers": [{"name", "functions": TEXT|null, "containers": TEXT|null,
                "reason": why it may differ|null}, ...], those that differ,
   "body": [LINE, ...], as diff -u marks them, "requests"}""",
    "metrics": """{"source", "period", "start", "end", "step_seconds",
   "metrics": [{"key", "side": "functions"|"containers"|"table", "metric", "statistic",
                "unit", "value": NUMBER|null, "points": [[TIME, NUMBER], ...]}],
   "cost": {"queries", "usd", "usd_per_hour_each_minute"}}""",
    "outputs": """{"backends": {"functions": {"url", "source"}|null, "containers": ...},
                "token": {"source", "problem": TEXT|null}|null,
                "place": {"stack", "region", "account", "named_by"}, each TEXT|null,
                "settings": {NAME: {"value": TEXT, "source"}, ...}}""",
}
_FIELDS: Final = """{"id", "title", "author", "created_at", "updated_at", "version"}"""
_JSON_TERMS: Final = {
    "SUMMARY": _FIELDS,
    "BLOG": f'{_FIELDS}\n                and "contents"',
    '"requests"': """[{"method", "path", "status", "ms", "cold": true|false|null, "served_by",
                "phases": {"connect", "tls", "first_byte", "body"},
                "server": {"app", "db", "init"}}], times in milliseconds or null""",
    '"read_back"': "true when the answer was lost and reading the blog settled what had happened",
}
_JSON_FAILURE: Final = """{"error": {"kind", "message", "status", "exit_code"}} on stderr"""


class UsageError(Exception):
    """The command line cannot be understood; the text is one sentence for a person."""


class Parser(argparse.ArgumentParser):
    """Raises `UsageError` instead of ending the program."""

    def print_help(self, file: object = None) -> None:  # noqa: ARG002 -- argparse's signature
        """Print on stdout as every command does: a reader may close it early."""
        output.print_text(self.format_help().rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help.")


def build_parser() -> Parser:
    """Describe all commands; options of the program may stand before or after the command."""
    parser = Parser(
        prog="blogs",
        description="Browse and write the blogs of both backends. Without a command, open the app.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_reading(commands)
    _add_writing(commands)
    _add_diff(commands)
    _add_metrics(commands)
    _add_completion(commands)
    _add_serve(commands)
    outputs = _add(commands, "outputs", "say what is set, and where it comes from", "outputs")
    outputs.description = (
        "Say which backends were found, every other setting, and where each comes from; "
        "the token is not shown."
    )
    return parser


def _add_reading(commands: argparse._SubParsersAction[Parser]) -> None:
    ls = _add(commands, "ls", "list blogs, newest first", "ls --limit 100 --json")
    amount = ls.add_mutually_exclusive_group()
    amount.add_argument(
        "--limit", type=_count, default=DEFAULT_PAGE, metavar="N", help="so many (20)"
    )
    amount.add_argument("--all", action="store_true", help="all of them")
    show = _add(commands, "show", "show one blog", "show 019e0d3c-… --json")
    show.add_argument("id", metavar="ID")


def _add_diff(commands: argparse._SubParsersAction[Parser]) -> None:
    diff = _add(commands, "diff", "compare the answers of both backends", "diff 019e0d3c-…")
    diff.description = (
        "Ask both backends the same, one after the other, and compare status, headers and body "
        "(JSON in canonical form). Headers that name the server or the moment may differ."
    )
    diff.add_argument("id", metavar="ID", nargs="?", help="compare this blog (the list)")
    diff.add_argument(
        "--limit", type=_page, default=DEFAULT_PAGE, metavar="N", help="blogs of the list (20)"
    )


def _add_completion(commands: argparse._SubParsersAction[Parser]) -> None:
    completion = commands.add_parser(
        "completion",
        help="print what makes a shell complete this command",
        description="Print what makes a shell complete this command.",
        epilog='example, in ~/.bashrc:\n  eval "$(blogs completion bash)"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    completion.add_argument("shell", choices=SHELLS)


def _add_metrics(commands: argparse._SubParsersAction[Parser]) -> None:
    metrics = _add(commands, "metrics", "show what CloudWatch has measured", "metrics --period 3h")
    metrics.description = (
        "Show what CloudWatch has measured of both backends and their table. Each metric asked for "
        "costs; the last line says how much. A local cloud answers for itself, for nothing."
    )
    names = [period.name for period in PERIODS]
    metrics.add_argument("--period", choices=names, default="1h", help="how far back (1h)")
    metrics.add_argument(
        "--outputs",
        type=_given,
        metavar="FILE",
        help="the stack's outputs, as `pulumi stack output --json` prints them",
    )


def _add_writing(commands: argparse._SubParsersAction[Parser]) -> None:
    post = _add(commands, "post", "write a new blog", "post --title Hello --file hello.md")
    post.add_argument("--title", required=True)
    post.add_argument("--author", default="", help="(nobody)")
    post.add_argument(
        "--file", type=_given, metavar="FILE", default="-", help="the contents; - is stdin (-)"
    )
    post.add_argument("--id", type=_given, help="an id of your own (a new one that sorts by time)")
    edit = _add(commands, "edit", "change a blog", "edit 019e0d3c-… --title 'A better title'")
    edit.description = "Change what is given and keep the rest."
    edit.add_argument("id", metavar="ID")
    edit.add_argument("--title")
    edit.add_argument("--author")
    edit.add_argument("--file", type=_given, metavar="FILE", help="new contents; - is stdin")
    edit.add_argument(
        "--if-match", type=_tag, metavar="ETAG", help="only if it is still this (as read)"
    )
    remove = _add(commands, "rm", "delete a blog", "rm 019e0d3c-… --yes")
    remove.add_argument("id", metavar="ID")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.add_argument("--if-match", type=_tag, metavar="ETAG", help="only if it is still this")


def _add_serve(commands: argparse._SubParsersAction[Parser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="open the app in a browser",
        description="Serve the app on this machine, for a browser. The address that is printed "
        "holds a key: whoever has it can write. From another machine, with the same port at both "
        "ends: ssh -L 8000:127.0.0.1:8000 HOST",
        epilog=f"example:\n  blogs serve --port 8000\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(serve)
    serve.add_argument(
        "--port", type=_port, default=8000, metavar="N", help="0 is a free one (8000)"
    )


def app_words(words: Sequence[str]) -> list[str]:
    """Give the command line of the app that `blogs serve` with these *words* is to show."""
    own = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    own.add_argument("--port")
    _, rest = own.parse_known_args(words)
    rest.remove("serve")
    return rest


def _add(
    commands: argparse._SubParsersAction[Parser], name: str, summary: str, example: str
) -> Parser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=f"example:\n  blogs {example}\n\n--json prints:\n{_shape(name)}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_common(parser)
    parser.add_argument("--json", action="store_true", help="print JSON (shape below)")
    return parser


def _shape(name: str) -> str:
    """Say what the command prints as JSON, with the terms that occur in it."""
    shape = _JSON[name]
    told = {term: meaning for term, meaning in _JSON_TERMS.items() if term in shape}
    told["on failure"] = _JSON_FAILURE
    return "\n".join([f"  {shape}", *(f"  {term:<14}{words}" for term, words in told.items())])


def _add_common(parser: Parser) -> None:
    """Add the options of every command; absent ones leave no trace, so the last place counts."""
    group = parser.add_argument_group("backends", argument_default=argparse.SUPPRESS)
    add = group.add_argument
    add(
        "--backend",
        choices=[kind.value for kind in BackendName],
        help="which one to ask (functions)",
    )
    add("--stack", type=_given, metavar="NAME", help="a running local cloud, or pulumi's stack")
    add("--project", type=_given, metavar="FOLDER", help="where pulumi is asked (here)")
    add("--functions-url", type=_given, metavar="URL", help="the functions backend, with its stage")
    add("--containers-url", type=_given, metavar="URL", help="the containers backend")
    add("--token-file", type=_given, metavar="FILE", help="a file that holds the write token")
    add("--timeout", metavar="S", help="seconds to wait for an answer (30)")
    add("--read-only", action="store_true", help="refuse every write before it is sent")
    add(
        "--plain-http-token",
        action="store_true",
        help="send the token unencrypted to another machine",
    )


def _given(text: str) -> str:
    """Refuse nothing: it comes from a variable that is not set, and must not count as absent."""
    if not text:
        raise argparse.ArgumentTypeError("it is empty")
    return text


def _tag(text: str) -> str:
    """Complete an entity tag that was given without its quotes."""
    tag = text.strip()
    if not tag or not all(" " <= character <= "~" for character in tag):
        raise argparse.ArgumentTypeError("an entity tag is printable ASCII")
    return tag if tag == "*" or '"' in tag else f'"{tag}"'


def _page(text: str) -> int:
    count = _count(text)
    if count > LARGEST_PAGE:
        raise argparse.ArgumentTypeError(f"{LARGEST_PAGE} at most are in one answer")
    return count


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError("a whole number from 1 on is needed")
    return int(text)


def _port(text: str) -> int:
    most = 65535
    if not (text.isascii() and text.isdigit()) or int(text) > most:
        raise argparse.ArgumentTypeError(f"a number from 0 to {most} is needed")
    return int(text)
