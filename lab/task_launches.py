"""The launch of tasks, as ECS records it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from lab.results import TaskLaunch

_REGISTERED: Final = " registered "
"""In an event of the service: `(service x) registered 1 targets in (target-group y)`."""


def launches(
    tasks: Iterable[Mapping[str, Any]], events: Iterable[Mapping[str, Any]]
) -> list[TaskLaunch]:
    """Return the launches from DescribeTasks and the events from DescribeServices, oldest first."""
    registrations = sorted(
        event["createdAt"] for event in events if _REGISTERED in event.get("message", "")
    )
    found = [_launch(task, registrations) for task in tasks]
    return sorted(found, key=lambda launch: launch.created or "")


def _launch(task: Mapping[str, Any], registrations: Sequence[datetime]) -> TaskLaunch:
    started = task.get("startedAt")
    after = (one for one in registrations if started is not None and one >= started)
    return TaskLaunch(
        task=task["taskArn"].rpartition("/")[2],
        created=_text(task.get("createdAt")),
        pull_started=_text(task.get("pullStartedAt")),
        pull_stopped=_text(task.get("pullStoppedAt")),
        started=_text(started),
        registered=_text(next(after, None)),
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds")


def seconds_between(start: str | None, end: str | None) -> float | None:
    """Return the seconds between two times of a launch, or None if one is not known."""
    if start is None or end is None:
        return None
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (TypeError, ValueError):  # from a results file that someone edited
        return None
