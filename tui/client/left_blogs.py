"""The blogs that comparisons left, because they were killed."""

from __future__ import annotations

from collections.abc import Mapping

from lab.backends import Backend, Target
from lab.load.cleanup import ListError, clean_unfinished
from lab.load.journal import UnfinishedRun
from tui import text
from tui.text import Safe


def found(run: UnfinishedRun) -> str:
    """Return the sentence on a run that left blogs."""
    return f"The comparison of {_started(run)} ended before it removed its blogs."


async def remove(run: UnfinishedRun, targets: Mapping[Backend, Target]) -> Safe:
    """Remove the blogs of *run*, and return what was removed."""
    try:
        result = await clean_unfinished(run, targets)
    except ListError as error:
        return text.line(f"Nothing was removed. {error}")
    removed = f"Removed {text.count(result.removed, 'blog')} of the comparison of {_started(run)}."
    if not result.failed:
        return text.line(removed)
    reason = next(iter(result.failed.values()))
    return text.line(f"{removed} {text.count(len(result.failed), 'blog')} remain: {reason}.")


def _started(run: UnfinishedRun) -> str:
    return f"{run.started_at:%Y-%m-%d %H:%M} UTC"
