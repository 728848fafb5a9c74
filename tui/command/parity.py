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
from typing import Any, Final, NoReturn

from lab.backends import Backend
from lab.parity.case import Case
from lab.parity.run import BackendLost, ParityRun, selected
from tui.client import measured
from tui.client.api_factory import HttpApiFactory
from tui.client.contract import Api, ApiError, Draft, Failure
from tui.client.daemon_executor import DaemonThreadExecutor
from tui.client.failures import common_cause, name_of
from tui.client.proxy_env import tls_context
from tui.command import output
from tui.command.parity_report import ParityReport, document, lines, not_deleted
from tui.command.progress_line import ProgressLine
from tui.settings.values import BackendName

READ_ONLY: Final = "read-only mode"
NO_TOKEN: Final = "no write token"  # noqa: S105 -- not a secret

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        f"Sending {len(cases):,} requests to each backend. They create blogs and delete them again."
        f"\nThe ids begin with {prefix}, except a few that the backends choose."
    )


def _new_run(factory: HttpApiFactory, prefix: str) -> ParityRun:
    targets = measured.targets(factory.backends)
    encrypted = any(target.url.startswith("https:") for target in targets.values())
    return ParityRun.to(
        targets,
        prefix=prefix,
        timeout_s=factory.connections.preferences.timeout.value,
        executor=DaemonThreadExecutor(),
        tls=tls_context() if encrypted else None,
    )


def _ask(factory: HttpApiFactory, run: ParityRun, cases: Sequence[Case], *, prefix: str) -> None:
    """Send all requests. After a failure or a signal, delete what they have created.

    With an empty *prefix*, nothing is written.
    """
    line, total = ProgressLine(), len(cases)
    stop = _Stop()
    try:
        with stop.handled():
            if prefix:
                _create_kept(factory, run)
            run.ask(cases, lambda done: line.draw(f"{done:,} of {total:,} requests"), stop.event)
        left = _left(run) if stop.event.is_set() else ""
    except BackendLost as error:
        name = name_of(factory.backends.get(BackendName(error.backend)))
        raise ApiError(
            f"{name} no longer responds. Check that it is running, then try again. "
            f"(blogs parity uses no proxy.) {_left(run)}".rstrip(),
            Failure.UNREACHABLE,
        ) from error
    except KeyboardInterrupt as error:  # the second Ctrl-C
        may_be_left = f"Blogs with ids that begin with {prefix} may be left." if prefix else ""
        raise KeyboardInterrupt(f"Interrupted. {may_be_left}".rstrip()) from error
    except BaseException:
        run.delete_left()
        raise
    finally:
        line.clear()
    if stop.event.is_set():
        deleted = "The blogs of the run are deleted." if prefix else ""
        stop.end(f"Interrupted. {left or deleted}".rstrip())


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


class _Stop:
    """The first signal stops the run; a second one ends the program as usual."""

    def __init__(self) -> None:
        self.event = Event()
        self._number = signal.SIGINT
        self._before: dict[signal.Signals, Any] = {}

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Receive the signals inside the block."""
        heard = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._receive) for number in heard}
        try:
            yield
        finally:
            self._restore()

    def _receive(self, number: int, _: object) -> None:
        self._number = signal.Signals(number)
        self.event.set()
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def end(self, message: str) -> NoReturn:
        """End the program as the signal does."""
        if self._number != signal.SIGINT:
            output.print_stderr(f"blogs: {message}")
            signal.raise_signal(self._number)
        raise KeyboardInterrupt(message)
