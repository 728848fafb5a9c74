"""Offer to remove the blogs that earlier comparisons left, because they were killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from lab.backends import Backend, Target
from lab.load.journal import UnfinishedRun, unfinished
from tui import text
from tui.client import left_blogs, measured
from tui.client.api_factory import ApiFactory
from tui.client.contract import ApiError
from tui.command import output

Targets = Mapping[Backend, Target]


async def offer_clean_up(folder: Path, factory: ApiFactory, targets: Targets, *, yes: bool) -> None:
    """Remove them after a question; with *yes* without one.

    They stay without a terminal, and if writes may not be sent to the backends.
    """
    runs = [run for run in unfinished(folder) if run.used(targets)]
    if not runs:
        return
    try:
        await measured.check_permission(factory)
    except ApiError as error:
        output.print_stderr(text.line(f"{left_blogs.found(runs[0])} {error}", 1000))
        return
    for run in runs:
        await _offer(run, targets, yes=yes)


async def _offer(run: UnfinishedRun, targets: Targets, *, yes: bool) -> None:
    found = left_blogs.found(run)
    if not yes and not _has_terminal():
        output.print_stderr(f"{found} To remove them, add --yes.")
        return
    if yes or await _is_confirmed(f"{found} Remove them now? [Y/n]"):
        output.print_stderr(await left_blogs.remove(run, targets))


def _has_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


async def _is_confirmed(question: str) -> bool:
    output.print_stderr(question)
    # os.read instead of readline, whose lock would stay held after an interrupt.
    reply = await asyncio.to_thread(os.read, sys.stdin.fileno(), 100)
    return reply.strip().lower() in {b"", b"y", b"yes"} if reply else False
