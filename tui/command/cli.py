"""The command `blogs`: its sub-commands are for scripts; without one, it starts the app."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

from lab.cloudwatch.metrics import MetricsError
from lab.cost.errors import CostError, RefreshError
from tui import text
from tui.client.api_factory import HttpApiFactory
from tui.client.contract import ApiError, Failure, LogEntry
from tui.client.daemon_executor import DaemonThreadExecutor
from tui.client.failures import READ_ONLY
from tui.command import commands, output, terminal
from tui.command.arguments import app_arguments, build_parser
from tui.command.output import OutputError, PipeClosed
from tui.command.parser import Parser, UsageError
from tui.settings import config as configuration
from tui.settings import preferences
from tui.settings.backends import Backends, Finder, Flags
from tui.settings.connections import Connections
from tui.settings.preferences import client_settings
from tui.settings.values import BackendName, SettingsError

if TYPE_CHECKING:
    from lab.compare_steps import Steps  # loads aiohttp

SUCCESS: Final = 0
FAILED: Final = 1
DIFFERENT: Final = 1
INVALID_USE: Final = 2
DIFF_FAILED: Final = 2
INTERRUPTED: Final = 130
_EXIT_CODES: Final = {
    Failure.REFUSED: FAILED,
    Failure.TOKEN: INVALID_USE,
    Failure.PLAIN_HTTP: INVALID_USE,
    Failure.SETTINGS: INVALID_USE,
    Failure.READ_ONLY: INVALID_USE,
    Failure.UNREACHABLE: 3,
    Failure.TAKEN: 4,
    Failure.CHANGED: 4,
    Failure.MISSING: 5,
}
_ERROR_KINDS: Final[dict[type[Exception], tuple[str, int]]] = {
    OutputError: ("output", FAILED),
    MetricsError: ("metrics", FAILED),
    RefreshError: ("prices", FAILED),
    CostError: ("cost", INVALID_USE),
    UsageError: ("usage", INVALID_USE),
    SettingsError: ("settings", INVALID_USE),
}


def main(argv: Sequence[str] | None = None, steps: Steps | None = None) -> int:
    """Run one command or the app and return the exit code. Every error is printed on one line.

    *steps* replaces the load generator of `blogs compare`.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    reporter = _ErrorReporter(as_json="--json" in arguments)
    try:
        parser = build_parser()
        args = parser.parse_args(arguments)
        args.words = arguments
        reporter.as_json = getattr(args, "json", False) is True  # a file for `blogs compare`
        if args.command in {"completion", "cost", "report", "serve"}:
            return _run_without_backend(args, parser, arguments)
        reporter.failed = DIFF_FAILED if args.command in {"diff", "parity"} else FAILED
        return _run(args, os.environ, reporter, steps)
    except PipeClosed:
        return SUCCESS
    except tuple(_ERROR_KINDS) as error:
        reporter.as_json &= not getattr(error, "as_text", False)
        kinds = (_ERROR_KINDS[kind] for kind in type(error).mro() if kind in _ERROR_KINDS)
        return reporter.report(*next(kinds), str(error))
    except ApiError as error:
        return reporter.report(error.failure, _EXIT_CODES[error.failure], str(error), error.status)
    except KeyboardInterrupt as error:
        return reporter.report("interrupted", INTERRUPTED, str(error) or reporter.interrupted)


class _ErrorReporter:
    """Prints the error that ends a command, as text or as JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.interrupted = "Interrupted."
        self.failed = FAILED
        """The exit code of a general failure: diff uses 1 for another purpose."""

    def report(self, error_kind: str, code: int, message: str, status: int | None = None) -> int:
        """Print the error on stderr and return the exit code."""
        code = self.failed if code == FAILED else code
        if self.as_json:
            error = {"kind": error_kind, "message": message, "status": status, "exit_code": code}
            output.print_error_json(error)
        else:
            output.print_stderr(f"blogs: {text.line(message, 1000)}")
        return code


def _run(
    args: Namespace, environ: Mapping[str, str], reporter: _ErrorReporter, steps: Steps | None
) -> int:
    if args.command is None:
        problem = terminal.problem(environ)
        if problem:
            raise UsageError(problem)
    connections = _connections(args, environ)
    if args.command == "metrics":
        return _show_metrics(args, connections.finder)
    settings = connections.preferences
    found = _find_backends(connections, args)
    factory = HttpApiFactory(
        backends=found,
        connections=connections,
        plain_http_token=settings.plain_http_token.value,
    )
    name = settings.backend.value
    if args.command is None:
        return _start_app(factory, name)
    if args.command == "outputs":
        commands.outputs(found, connections, args)
        return SUCCESS
    if args.command in {"compare", "diff", "parity"}:
        return _run_on_both(factory, args, environ, steps)
    if args.command in commands.WRITES and factory.read_only:
        raise ApiError(READ_ONLY, Failure.READ_ONLY)
    context = commands.CommandContext(
        args=args, backend=name, contents=commands.read_contents(args)
    )
    return _run_command(factory, context, reporter)


def _connections(args: Namespace, environ: Mapping[str, str]) -> Connections:
    config = configuration.read(environ)
    return Connections(
        finder=Finder(flags=_flags(args), environ=environ, config=config),
        preferences=preferences.find(args, environ, config),
    )


def _run_without_backend(args: Namespace, parser: Parser, arguments: Sequence[str]) -> int:
    """Run a command that sends no request to a backend."""
    if args.command == "completion":
        from tui.command import completion  # noqa: PLC0415 -- no other command needs it

        output.print_text(completion.script(args.shell, parser).rstrip())
        return SUCCESS
    if args.command == "cost":
        from tui.command import cost  # noqa: PLC0415 -- no other command needs it

        finder = _connections(args, os.environ).finder
        cost.run(args, os.environ, lambda: finder.find().outputs)
        return SUCCESS
    if args.command == "report":
        from tui.command import report  # noqa: PLC0415 -- loads the lab

        return report.report(args)
    from tui.command.serve import serve  # noqa: PLC0415 -- loads aiohttp, jinja2 and rich

    _connections(args, os.environ).finder.find()  # report invalid settings before serving
    serve(app_arguments(arguments), args.port)
    return SUCCESS


def _find_backends(connections: Connections, args: Namespace) -> Backends:
    """Find the backends. If there are none, `outputs` still prints the other settings."""
    try:
        return connections.finder.find()
    except SettingsError:
        if args.command == "outputs" and not args.json:
            commands.show_settings(client_settings(connections.preferences, connections.finder))
        raise


def _show_metrics(args: Namespace, finder: Finder) -> int:
    from tui.command import metrics  # noqa: PLC0415 -- no other command needs it

    file = args.outputs
    metrics.show(metrics.read_outputs(file) if file else finder.find().outputs, args)
    return SUCCESS


def _run_command(
    factory: HttpApiFactory, context: commands.CommandContext, reporter: _ErrorReporter
) -> int:
    try:
        asyncio.run(_run_on_backend(factory, context))
    except KeyboardInterrupt:
        if context.writing:
            reporter.interrupted = (
                f"Interrupted. The write to blog {context.writing} may have been applied. "
                f"To check, run: blogs show {context.writing}"
            )
        raise
    return SUCCESS


async def _run_on_backend(factory: HttpApiFactory, context: commands.CommandContext) -> None:
    asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
    api = factory.open(context.backend, context.requests.append)
    try:
        await commands.COMMANDS[context.args.command](api, context)
    finally:
        await api.close()


async def _diff_responses(factory: HttpApiFactory, args: Namespace) -> int:
    from tui.command import diff  # noqa: PLC0415 -- no other command needs it

    asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
    async with AsyncExitStack() as opened:
        apis = {}
        requests: list[LogEntry] = []
        for name in BackendName:
            apis[name] = factory.open(name, requests.append)
            opened.push_async_callback(apis[name].close)
        same = await diff.diff(apis, factory.backends, args)
    return SUCCESS if same else DIFFERENT


def _run_on_both(
    factory: HttpApiFactory, args: Namespace, environ: Mapping[str, str], steps: Steps | None
) -> int:
    """Run a command that sends requests to both backends."""
    if args.command == "diff":
        return asyncio.run(_diff_responses(factory, args))
    if args.command == "parity":
        from tui.command.parity import parity  # noqa: PLC0415 -- loads httpx and all cases

        return SUCCESS if parity(factory, args) else DIFFERENT
    from tui.client import measured  # noqa: PLC0415 -- loads the lab
    from tui.command import compare  # noqa: PLC0415 -- same

    folder = measured.folder(environ)
    invocation = compare.Invocation(args=args, factory=factory, folder=folder, steps=steps)
    return compare.compare(invocation)


def _start_app(factory: HttpApiFactory, name: BackendName) -> int:
    """Start the app on this backend, or on the other one if this one has no URL."""
    from tui.app import run  # noqa: PLC0415 -- the other commands must not load Textual

    return run(factory, name if name in factory.backends.by_name else name.other)


def _flags(args: Namespace) -> Flags:
    urls = {name: getattr(args, f"{name}_url", None) for name in BackendName}
    return Flags(
        urls={name: url for name, url in urls.items() if url is not None},
        token_file=getattr(args, "token_file", None),
        stack=getattr(args, "stack", None),
        project=getattr(args, "project", None),
    )
