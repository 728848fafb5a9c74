"""The command `blogs parity`: send the requests of the contract to both backends and compare."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import signal
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Final

from lab.backends import Backend, Target
from lab.parity.case import Case
from lab.parity.run import BackendLost, ParityRun, selected
from tui.client.api_factory import HttpApiFactory
from tui.client.contract import Api, ApiError, Draft, Failure
from tui.client.daemon_executor import DaemonThreadExecutor
from tui.client.failures import common_cause, name_of
from tui.client.proxy_env import tls_context
from tui.command import output
from tui.command.parity_report import ParityReport, document, lines, not_deleted
from tui.command.progress import progress
from tui.settings.values import BackendName

READ_ONLY: Final = "read-only mode"
NO_TOKEN: Final = "no write token"  # noqa: S105 -- not a secret


def parity(factory: HttpApiFactory, args: Namespace) -> bool:
    """Print how the responses differ. Return True if every difference is explained."""
    left_out = _why_left_out(factory)
    cases = selected(writes=not left_out)
    prefix = f"parity-{secrets.token_hex(4)}-"
    run = _new_run(factory, prefix)
    _on_both(factory, lambda api, _: api.page(1))
    if not args.json:
        output.print_stderr(_announcement(cases, left_out, prefix))
    _ask(factory, run, cases, prefix="" if left_out else prefix)
    report = ParityReport(
        requests=len(cases),
        left_out=_total() - len(cases),
        why_left_out=left_out,
        differences=run.differences,
        undocumented=run.undocumented,
        not_deleted=run.delete_left(),
        unknown=run.unknown,
    )
    if args.json:
        output.print_json(document(report))
    else:
        output.print_text("\n".join(lines(report, shutil.get_terminal_size().columns)))
    return report.same


def _why_left_out(factory: HttpApiFactory) -> str:
    """Return why writes are not sent; empty if they are."""
    if factory.read_only:
        return READ_ONLY
    return "" if factory.backends.token else NO_TOKEN


def _total() -> int:
    return len(selected(writes=True))


def _announcement(cases: Sequence[Case], left_out: str, prefix: str) -> str:
    if left_out:
        return (
            f"Sending {len(cases):,} of {_total():,} requests to each backend, without writes "
            f"({left_out})."
        )
    return (
        f"Sending {len(cases):,} requests to each backend. They create blogs and delete them "
        f"again; the ids begin with {prefix}, except a few that the backends choose."
    )


def _new_run(factory: HttpApiFactory, prefix: str) -> ParityRun:
    found = {Backend(name): factory.backends.get(name) for name in BackendName}
    token = factory.backends.token
    secret = token.header().partition(" ")[2] if token else ""
    return ParityRun.to(
        {
            backend: Target(backend=backend, url=one.url, token=secret)
            for backend, one in found.items()
        },
        prefix=prefix,
        timeout_s=factory.connections.preferences.timeout.value,
        executor=DaemonThreadExecutor(),
        tls=tls_context() if any(one.url.startswith("https:") for one in found.values()) else None,
    )


def _ask(factory: HttpApiFactory, run: ParityRun, cases: Sequence[Case], *, prefix: str) -> None:
    """Send all requests. After a failure or Ctrl-C, delete what they have created.

    With an empty *prefix*, nothing is written.
    """
    try:
        with _stopped_by_ctrl_c() as stop:
            if prefix:
                _create_kept(factory, run)
            with progress(len(cases), "requests") as show:
                run.ask(cases, show, stop)
    except BackendLost as error:
        name = name_of(factory.backends.get(BackendName(error.backend)))
        raise ApiError(
            f"{name} no longer responds. Check that it is running, then try again. "
            f"(blogs parity uses no proxy.) {_left(run)}".rstrip(),
            Failure.UNREACHABLE,
        ) from error
    except KeyboardInterrupt as error:  # the second Ctrl-C
        left = f" Blogs with ids that begin with {prefix} may be left." if prefix else ""
        raise KeyboardInterrupt(f"Interrupted.{left}") from error
    except BaseException:
        run.delete_left()
        raise
    if stop.is_set():
        left = _left(run) or ("The blogs of the run are deleted." if prefix else "")
        raise KeyboardInterrupt(f"Interrupted. {left}".rstrip())


def _create_kept(factory: HttpApiFactory, run: ParityRun) -> None:
    """Create a blog through each backend, so that no list is empty. This also checks the token."""

    async def create(api: Api, name: BackendName) -> None:
        blog_id = run.sessions[Backend(name)].new_kept()
        await api.create(Draft(id=blog_id, title="blogs parity", author="", contents=""))

    _on_both(factory, create)


def _left(run: ParityRun) -> str:
    return not_deleted(run.delete_left(), run.unknown)


def _on_both(
    factory: HttpApiFactory, action: Callable[[Api, BackendName], Awaitable[object]]
) -> None:
    """Do *action* with the client of each backend. Raise one error if it fails."""

    async def on_one(name: BackendName) -> None:
        api = factory.open(name, lambda _: None)
        try:
            await action(api, name)
        finally:
            await api.close()

    async def on_both() -> Sequence[BaseException | None]:
        asyncio.get_running_loop().set_default_executor(DaemonThreadExecutor())
        return await asyncio.gather(*map(on_one, BackendName), return_exceptions=True)

    causes = []
    for error in asyncio.run(on_both()):
        if isinstance(error, ApiError):
            causes.append(error)
        elif error is not None:
            raise error
    if causes:
        raise common_cause(causes)


@contextmanager
def _stopped_by_ctrl_c() -> Iterator[Event]:
    """Give an event that the first Ctrl-C sets. A second one interrupts as usual."""
    stop = Event()

    def handle(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
