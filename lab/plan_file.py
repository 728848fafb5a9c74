"""Plans as JSON lines: the first line has the settings and the slots, each other line a request.

{"format": "blogs plan", "version": 1, "settings": {...}, "slots": [...], "requests": 2}
{"number": 0, "planned_s": 0.0, "slot": -1, "backend": "functions", "operation": "post", ...}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from lab.backends import Backend
from lab.plan import (
    ID_PATTERN,
    Arrivals,
    Operation,
    Order,
    Plan,
    PlannedRequest,
    PlanSettings,
    Slot,
)

_FORMAT: Final = "blogs plan"
_VERSION: Final = 1
_ID: Final = re.compile(ID_PATTERN)


class PlanFileError(Exception):
    """A file is not a complete plan. The message names the file and the line."""


def write(plan: Plan, file: Path) -> None:
    """Write *plan* to *file*."""
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(lines(plan))


def read(file: Path) -> Plan:
    """Return the plan in *file*; raise PlanFileError if it is not a complete plan."""
    try:
        with file.open(encoding="utf-8") as stream:
            return parse(stream, str(file))
    except UnicodeDecodeError as error:
        raise PlanFileError(f"{file} is not a plan: it is not UTF-8.") from error


def lines(plan: Plan) -> Iterator[str]:
    """Yield the lines of the file of *plan*."""
    head = {
        "format": _FORMAT,
        "version": _VERSION,
        "settings": asdict(plan.settings),
        "slots": [asdict(slot) for slot in plan.slots],
        "requests": len(plan.requests),
    }
    yield f"{json.dumps(head)}\n"
    for request in plan.requests:
        yield f"{json.dumps(request.__dict__)}\n"


def parse(stream: Iterable[str], name: str) -> Plan:
    """Return the plan in the lines of *stream*; *name* is for errors."""
    numbered = enumerate(stream, 1)
    number, line = next(numbered, (1, ""))
    head = _Line(name, number, line)
    if head.values.get("format") != _FORMAT:
        raise PlanFileError(f"{name} is not a plan: its first line has no settings.")
    if head.values.get("version") != _VERSION:
        raise PlanFileError(
            f"{name} has version {head.values.get('version')} of the format. "
            f"This program reads version {_VERSION}: make the plan again."
        )
    plan = Plan(
        settings=head.settings(),
        slots=head.slots(),
        requests=[_Line(name, number, line).request() for number, line in numbered],
    )
    _check(plan, name, head.values.get("requests"))
    return plan


def _check(plan: Plan, name: str, expected: object) -> None:
    if len(plan.requests) != expected:
        raise PlanFileError(
            f"{name} has {len(plan.requests)} requests instead of {expected}: "
            "the file is not complete. Make the plan again."
        )
    lines_of: dict[int, int] = {}
    for line, request in enumerate(plan.requests, 2):
        if request.number in lines_of:
            raise PlanFileError(
                f"{name}, line {line}: request {request.number} is also in line "
                f"{lines_of[request.number]}."
            )
        if request.after is not None and request.after not in lines_of:
            raise PlanFileError(
                f"{name}, line {line}: no earlier line has request {request.after}, "
                "which creates the blog."
            )
        lines_of[request.number] = line


class _Line:
    """One line of a file."""

    def __init__(self, name: str, number: int, text: str) -> None:
        self._place = f"{name}, line {number}"
        try:
            self.values: Mapping[str, Any] = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PlanFileError(f"{self._place} is not JSON. The file is damaged.") from error
        if not isinstance(self.values, dict):
            raise PlanFileError(f"{self._place} is not a JSON object.")

    def settings(self) -> PlanSettings:
        try:
            given = dict(self.values["settings"])
            given["mix"] = {Operation(name): float(part) for name, part in given["mix"].items()}
            given["order"] = Order(given["order"])
            given["arrivals"] = Arrivals(given["arrivals"])
            given["ramp"] = tuple(float(rate) for rate in given["ramp"])
            return PlanSettings(**given)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._invalid("settings", error) from error

    def slots(self) -> list[Slot]:
        try:
            return [
                Slot(**{**slot, "backends": tuple(map(Backend, slot["backends"]))})
                for slot in self.values["slots"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise self._invalid("slots", error) from error

    def request(self) -> PlannedRequest:
        try:
            given = self.values
            after = given["after"]
            if given["id"] and not _ID.fullmatch(given["id"]):
                raise ValueError(f"id {given['id']!r}")  # noqa: TRY301  # the handler adds the line
            return PlannedRequest(
                number=int(given["number"]),
                planned_s=float(given["planned_s"]),
                slot=int(given["slot"]),
                backend=Backend(given["backend"]),
                operation=Operation(given["operation"]),
                id=str(given["id"]),
                after=None if after is None else int(after),
                body_bytes=int(given["body_bytes"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._invalid("request", error) from error

    def _invalid(self, what: str, error: Exception) -> PlanFileError:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        return PlanFileError(f"{self._place} has an invalid {what}: {problem}.")
