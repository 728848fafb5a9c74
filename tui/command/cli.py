"""The command `blogs`: scripts use its sub-commands, people open the app with none."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final

from lab.cloudwatch.metrics import MetricsError
from tui import text
from tui.client.api_factory import HttpApiFactory
from tui.client.contract import ApiError, Failure, LogEntry
from tui.client.daemon_executor import DaemonThreadExecutor
from tui.client.failures import READ_ONLY
from tui.command import commands, output, terminal
from tui.command.arguments import Parser, UsageError, app_words, build_parser
from tui.command.output import OutputError, PipeClosed
from tui.settings import config as configuration
from tui.settings import preferences
from tui.settings.backends import Backends, Finder, Flags
from tui.settings.connections import Connections
from tui.settings.preferences import client_settings
from tui.settings.values import BackendName, SettingsError

DONE: Final = 0
FAILED: Final = 1
DIFFERENT: Final = 1
WRONG_USE: Final = 2
TROUBLE: Final = 2
INTERRUPTED: Final = 130
_EXITS: Final = {
    Failure.REFUSED: FAILED,
    Failure.TOKEN: WRONG_USE,
    Failure.PLAIN_HTTP: WRONG_USE,
    Failure.SETTINGS: WRONG_USE,
    Failure.READ_ONLY: WRONG_USE,
    Failure.UNREACHABLE: 3,
    Failure.TAKEN: 4,
    Failure.CHANGED: 4,
    Failure.MISSING: 5,
}
_ERROR_KINDS: Final[dict[type[Exception], tuple[str, int]]] = {
    OutputError: ("output", FAILED),
    MetricsError: ("metrics", FAILED),
    UsageError: ("usage", WRONG_USE),
    SettingsError: ("settings", WRONG_USE),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command, or the app; gives the exit code, and complaints are one line."""
    words = list(sys.argv[1:] if argv is None else argv)
    reporter = _ErrorReporter(as_json="--json" in words)
    try:
        parser = build_parser()
        args = parser.parse_args(words)
        if args.command in {"completion", "serve"}:
            return _run_without_backend(args, parser, words)
        reporter.failed = TROUBLE if args.command == "diff" else FAILED
        return _run(args, os.environ, reporter)
    except PipeClosed:
        return DONE
    except (MetricsError, OutputError, UsageError, SettingsError) as error:
        return reporter.report(*_ERROR_KINDS[type(error)], str(error))
    except ApiError as error:
        return reporter.report(error.failure, _EXITS[error.failure], str(error), error.status)
    except KeyboardInterrupt:
        return reporter.report("interrupted", INTERRUPTED, reporter.interrupted)


class _ErrorReporter:
    """How this run says what went wrong."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.interrupted = "Interrupted."
        self.failed = FAILED
        """The code of what is a failure and nothing more; 1 means something else to diff."""

    def report(self, error_kind: str, code: int, message: str, status: int | None = None) -> int:
        """Say it on stderr; gives the exit code."""
        code = self.failed if code == FAILED else code
        if self._as_json:
            error = {"kind": error_kind, "message": message, "status": status, "exit_code": code}
            output.print_error_json(error)
        else:
            output.print_stderr(f"blogs: {text.line(message, 1000)}")
        return code


def _run(args: Namespace, environ: Mapping[str, str], reporter: _ErrorReporter) -> int:
    if args.command is None:
        problem = terminal.problem(environ)
        if problem:
            raise UsageError(problem)
    connections = _connections(args, environ)
    if args.command == "metrics":
        return _show_metrics(args, connections.finder)
    wanted = connections.preferences
    found = _found(connections, args)
    factory = HttpApiFactory(
        backends=found,
        connections=connections,
        plain_http_token=wanted.plain_http_token.value,
    )
    name = wanted.backend.value
    if args.command is None:
        return _open_app(factory, name)
    if args.command == "outputs":
        commands.outputs(found, connections, args)
        return DONE
    if args.command == "diff":
        return asyncio.run(_diff(factory, args))
    if args.command in commands.WRITING and factory.read_only:
        raise ApiError(READ_ONLY, Failure.READ_ONLY)
    context = commands.CommandContext(args=args, backend=name, contents=commands.contents_of(args))
    return _ask(factory, context, reporter)


def _connections(args: Namespace, environ: Mapping[str, str]) -> Connections:
    config = configuration.read(environ)
    return Connections(
        finder=Finder(flags=_flags(args), environ=environ, config=config),
        preferences=preferences.find(args, environ, config),
    )


def _run_without_backend(args: Namespace, parser: Parser, words: Sequence[str]) -> int:
    """Run what asks no backend itself."""
    if args.command == "completion":
        from tui.command import completion  # noqa: PLC0415 -- no other command needs it

        output.print_text(completion.script(args.shell, parser).rstrip())
        return DONE
    from tui.command.serve import serve  # noqa: PLC0415 -- it brings aiohttp, jinja2 and rich

    _connections(args, os.environ).finder.find()  # what is wrong is said once, and here
    serve(app_words(words), args.port)
    return DONE


def _found(connections: Connections, args: Namespace) -> Backends:
    """Find the backends; when there are none, `outputs` tells the other settings all the same."""
    try:
        return connections.finder.find()
    except SettingsError:
        if args.command == "outputs" and not args.json:
            commands.show_settings(client_settings(connections.preferences, connections.finder))
        raise


def _show_metrics(args: Namespace, finder: Finder) -> int:
    from tui.command import metrics  # noqa: PLC0415 -- the other commands need none of it

    named = args.outputs
    metrics.show(metrics.read_outputs(named) if named else finder.find().outputs, args)
    return DONE


def _ask(
    factory: HttpApiFactory, context: commands.CommandContext, reporter: _ErrorReporter
) -> int:
    try:
        asyncio.run(_command(factory, context))
    except KeyboardInterrupt:
        if context.writing:
            reporter.interrupted = (
                f"Interrupted: whether blog {context.writing} was written is not known; "
                f"look with: blogs show {context.writing}"
            )
        raise
    return DONE


async def _diff(factory: HttpApiFactory, args: Namespace) -> int:
    from tui.command import diff  # noqa: PLC0415 -- no other command needs it

    asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
    async with AsyncExitStack() as opened:
        apis = {}
        requests: list[LogEntry] = []
        for name in BackendName:
            apis[name] = factory.open(name, requests.append)
            opened.push_async_callback(apis[name].close)
        same = await diff.diff(apis, factory.backends, args)
    return DONE if same else DIFFERENT


async def _command(factory: HttpApiFactory, context: commands.CommandContext) -> None:
    asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
    api = factory.open(context.backend, context.requests.append)
    try:
        await commands.COMMANDS[context.args.command](api, context)
    finally:
        await api.close()


def _open_app(factory: HttpApiFactory, name: BackendName) -> int:
    """Open the app on the wanted backend, or on the one that is known."""
    from tui.app import run  # noqa: PLC0415 -- scripts must not wait for textual

    known = name if name in factory.backends.by_name else name.other
    return run(factory, known)


def _flags(args: Namespace) -> Flags:
    urls = {name: getattr(args, f"{name}_url", None) for name in BackendName}
    return Flags(
        urls={name: url for name, url in urls.items() if url is not None},
        token_file=getattr(args, "token_file", None),
        stack=getattr(args, "stack", None),
        project=getattr(args, "project", None),
    )
