"""`blogs compare --write-plan` and `--clean`: a load that Locust sends from other machines."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from lab.backends import Backend, Target
from lab.compare import Comparison
from lab.load import cleanup, locust_folder
from lab.load.cleanup import ListError
from lab.load.locust_folder import FolderError
from lab.load.moments import moment
from tui import text
from tui.client import measured
from tui.client.api_factory import HttpApiFactory
from tui.client.contract import ApiError, Failure
from tui.client.failures import READ_ONLY
from tui.command import output
from tui.command.output import OutputError
from tui.command.parser import UsageError


def write(comparison: Comparison, name: str) -> int:
    """Write the plan of *comparison* into the folder *name*; return the exit code."""
    try:
        comparison.write_plan(Path(name))
    except FolderError as error:
        raise OutputError(str(error)) from error
    removed = (
        f" Afterwards, blogs compare --clean {name} removes the blogs that it posts."
        if comparison.writes
        else ""
    )
    output.print_text(
        f"{replace(comparison.announcement, posts=0).sentence}\n"
        f"The plan is in {name}. {Path(name) / 'README.md'} has the commands that send it.{removed}"
    )
    return 0


def clean(factory: HttpApiFactory, name: str) -> int:
    """Remove the blogs that the plan in the folder *name* created; return the exit code."""
    if factory.read_only:
        raise ApiError(f"Nothing was removed. {READ_ONLY}", Failure.READ_ONLY)
    try:
        plan, run = locust_folder.read_plan(Path(name))
    except FolderError as error:
        raise UsageError(str(error)) from error
    targets = measured.targets(factory.backends)
    if run.urls != {backend: target.url for backend, target in targets.items()}:
        raise UsageError(
            f"The plan in {name} is for {' and '.join(run.urls.values())}, which are not the "
            "backends of this connection. Use the connection of --write-plan, such as --stack."
        )
    try:
        started_at = moment(run.environment.started_at)
    except ValueError as error:
        raise UsageError(f"{Path(name) / locust_folder.RUN} is damaged: {error}.") from error
    return asyncio.run(_clean(factory, targets, plan.settings.run_id, started_at))


async def _clean(
    factory: HttpApiFactory, targets: dict[Backend, Target], run_id: str, started_at: datetime
) -> int:
    await measured.check_permission(factory)
    try:
        ids = await cleanup.find(targets, run_id, started_at)
    except ListError as error:
        output.print_stderr(text.line(f"blogs: Nothing was removed. {error}", 1000))
        return 1
    result = await cleanup.clean(targets, {next(iter(targets)): ids})
    output.print_text(f"Removed {text.count(result.removed, 'blog')}.")
    if not result.failed:
        return 0
    reason = next(iter(result.failed.values()))
    remaining = text.count(len(result.failed), "blog")
    output.print_stderr(text.line(f"blogs: {remaining} remain: {reason}.", 1000))
    return 1
