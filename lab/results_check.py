"""Checks of a run that was read from a file: a number that no run has would fail the analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lab.plan import Slot
from lab.plan_maker import check
from lab.records import InvalidRecord, to_json
from lab.results import Run
from lab.rows import Row

_MOST: Final = 1e9
"""The greatest time and rate: seconds, milliseconds, requests per second."""
_MOST_PERIODS: Final = 1_000_000
"""Periods of the length of a slot in a run."""
_TIMES: Final = ("planned_s", "sent_s", "first_byte_s", "end_s")
_DURATIONS: Final = ("app_ms", "db_ms", "init_ms")


def check_run(run: Run) -> None:
    """Raise InvalidRecord for a run that cannot be analysed."""
    _check_settings(run)
    for number, slot in enumerate(run.slots):
        problem = _slot_problem(slot)
        if problem:
            raise InvalidRecord(problem, ("slots", number))
    slots = {slot.number for slot in run.slots}
    for number, row in enumerate(run.rows):
        name, problem = _row_problem(row, slots)
        if problem:
            raise InvalidRecord(problem, ("rows", name, number))
    _check_durations(to_json(run.aws), ("aws",))


def _check_settings(run: Run) -> None:
    settings = run.settings
    try:
        check(settings)
    except ValueError as error:
        raise InvalidRecord(str(error), ("settings",)) from error
    if max(settings.rate, *settings.ramp, 0.0) > _MOST:
        raise InvalidRecord(f"has a rate above {_MOST:,.0f}", ("settings",))
    seconds = max((slot.end_s for slot in run.slots), default=0.0)
    if seconds / settings.slot_s > _MOST_PERIODS:
        raise InvalidRecord(f"is too short: {settings.slot_s}", ("settings", "slot_s"))


def _slot_problem(slot: Slot) -> str:
    if not slot.backends:
        return "has no backend"
    if not -_MOST <= slot.start_s < slot.end_s <= _MOST:
        return "does not end after its start"
    if slot.rate is not None and not 0 < slot.rate <= _MOST:
        return f"has the rate {slot.rate}"
    return ""


def _row_problem(row: Row, slots: set[int]) -> tuple[str, str]:
    """Return the column with a problem, and the problem; empty texts if there is none."""
    if not row.is_warm_up and row.slot not in slots:
        return "slot", f"is not a slot of the run: {row.slot}"
    for name in _TIMES:
        value = getattr(row, name)
        if value is not None and not -_MOST <= value <= _MOST:
            return name, f"is not a time of a run: {value}"
    for name in _DURATIONS:
        value = getattr(row, name)
        if value is not None and not 0 <= value <= _MOST:
            return name, f"is not a duration: {value}"
    if row.end_s is not None and row.sent_s is not None and row.end_s < row.sent_s:
        return "end_s", "is before the sending"
    return "", ""


def _check_durations(value: object, path: tuple[str | int, ...], name: str = "") -> None:
    """Check all milliseconds in *value*, at any depth."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check_durations(item, (*path, key), key)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, item in enumerate(value):
            _check_durations(item, (*path, number), name)
    elif isinstance(value, int | float) and name.endswith("_ms") and not 0 <= value <= _MOST:
        raise InvalidRecord(f"is not a duration: {value}", path)
