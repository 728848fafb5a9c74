"""The results file: JSON with the settings, the log in columns, and the figures for scripts."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lab.records import InvalidRecord, from_json, reader, sequence_reader, to_json
from lab.results import Results, Run
from lab.results_check import check_run
from lab.rows import Row
from lab.summary import Summary
from lab.thresholds import InvalidThreshold, parse_target

FORMAT: Final = "blogs-compare"
SCHEMA: Final = 1
"""Increase it when an older program would misread the file."""

_FOREIGN: Final = "not a results file: give the file that `blogs compare --json FILE` wrote"
_COLUMNS: Final = tuple(field.name for field in dataclasses.fields(Row))
_UNPRINTABLE: Final = re.compile(r"[^ -~]")
_FORMULA: Final = ("=", "+", "-", "@")
_DERIVED: Final = ("latency_ms", "service_ms", "lateness_ms", "cold", "is_warm_up")


class InvalidResults(ValueError):
    """The file does not hold results that this program can read."""


def write(results: Results, summary: Summary, path: Path) -> None:
    """Write the file."""
    path.write_text(dumps(results, summary), "utf-8")


def dumps(results: Results, summary: Summary) -> str:
    """Return the text of the file."""
    return json.dumps(
        {
            "format": FORMAT,
            "schema": SCHEMA,
            "target": results.target,
            "strict": results.strict,
            "summary": _summary_to_json(summary),
            "runs": [_run_to_json(run) for run in results.runs],
        },
        allow_nan=False,
    )


def _summary_to_json(summary: Summary) -> dict[str, Any]:
    fields: dict[str, Any] = to_json(summary)
    fields["verdict"]["generator_limited"] = summary.verdict.generator_limited
    return fields


def _run_to_json(run: Run) -> dict[str, Any]:
    rows = {name: [getattr(row, name) for row in run.rows] for name in _COLUMNS}
    fields: dict[str, Any] = to_json(dataclasses.replace(run, rows=()))
    return fields | {"rows": to_json(rows)}


def read(path: Path) -> Results:
    """Return the results in a file. The figures in it are not read: they follow from the log.

    Raises:
        InvalidResults: the file is incomplete, or is not a results file of this version.
        OSError: the file cannot be read.

    """
    try:
        return loads(path.read_text("utf-8"))
    except InvalidResults as error:
        raise InvalidResults(f"{path}: {error}") from error.__cause__
    except UnicodeDecodeError as error:
        raise InvalidResults(f"{path}: not a text file in UTF-8") from error


def loads(text: str) -> Results:
    """Return the results in the text of a file."""
    if not text.lstrip().startswith("{"):
        raise InvalidResults(_FOREIGN)
    try:
        found = json.loads(text, parse_constant=_not_json)
    except (ValueError, RecursionError) as error:
        raise InvalidResults(
            f"not valid JSON: the file may be incomplete, so run the comparison again ({error})"
        ) from error
    content = _checked(found)
    try:
        runs = tuple(_run_from_json(index, run) for index, run in enumerate(_list(content, "runs")))
        target, strict = content.get("target", ""), content.get("strict", False)
        results = Results(runs=runs, target=from_json(str, target), strict=from_json(bool, strict))
        if results.target:
            parse_target(results.target)
    except (InvalidRecord, InvalidThreshold) as error:
        raise InvalidResults(str(error)) from error
    return results


def _not_json(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _checked(found: object) -> dict[str, Any]:
    """Return the content of a results file of this version."""
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InvalidResults(_FOREIGN)
    schema = found.get("schema")
    if schema != SCHEMA:
        raise InvalidResults(
            f"schema {schema}, but this program reads schema {SCHEMA}: "
            "use the version of the project that wrote the file"
        )
    return found


def _list(found: dict[str, Any], name: str) -> list[Any]:
    value = found.get(name)
    if not isinstance(value, list) or not value:
        raise InvalidRecord("is not a list with at least one item", (name,))
    return value


def _run_from_json(index: int, value: object) -> Run:
    try:
        fields: dict[str, Any] = reader(Mapping[str, Any])(value)
        run = from_json(Run, {**fields, "rows": []})
        run = dataclasses.replace(run, rows=_rows_from_json(fields.get("rows")))
        check_run(run)
    except InvalidRecord as error:
        raise error.below(index).below("runs") from None
    return run


def _rows_from_json(columns: object) -> tuple[Row, ...]:
    if not isinstance(columns, dict):
        raise InvalidRecord("is not an object", ("rows",))
    hints = typing.get_type_hints(Row)
    read_columns = [_column(name, columns.get(name), hints[name]) for name in _COLUMNS]
    if len({len(column) for column in read_columns}) != 1:
        raise InvalidRecord("has columns of different lengths", ("rows",))
    return tuple(
        Row(**dict(zip(_COLUMNS, values, strict=True)))
        for values in zip(*read_columns, strict=True)
    )


def _column(name: str, values: object, hint: object) -> Sequence[Any]:
    try:
        return typing.cast("Sequence[Any]", sequence_reader(hint)(values))
    except InvalidRecord as error:
        raise error.below(name).below("rows") from None


def dumps_csv(results: Results) -> str:
    """Return CSV with one line for each request, warm-up included. *run* counts from 1."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["run", *_COLUMNS, *_DERIVED])
    for number, run in enumerate(results.runs, start=1):
        for row in run.rows:
            cells = (getattr(row, name) for name in (*_COLUMNS, *_DERIVED))
            writer.writerow([number, *map(_cell, cells)])
    return text.getvalue()


def _cell(value: object) -> object:
    """Return text without a formula for a spreadsheet or a control sequence for a terminal."""
    if not isinstance(value, str):
        return value
    printable = _UNPRINTABLE.sub("?", value)
    return f"'{printable}" if printable.startswith(_FORMULA) else printable
