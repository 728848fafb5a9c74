"""Finds where the rows of an index differ from the items of the table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.runtimes.database.spec import IndexSpec, TableSpec

Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Differences:
    """What is wrong with one index, by the repair that it needs."""

    missing: list[Item] = field(default_factory=list)
    """Items without their row."""
    stale: list[Item] = field(default_factory=list)
    """Items whose row has other attributes."""
    orphaned: list[Item] = field(default_factory=list)
    """Rows without their item."""
    strayed: list[tuple[Item, Item]] = field(default_factory=list)
    """Rows whose item has another place in the index, with that item."""


def compare(
    spec: TableSpec, index: IndexSpec, items: Mapping[str, Item], rows: Iterable[Item]
) -> Differences:
    """Compare all *items*, by their keys, with all *rows* of one index."""
    found: dict[str, list[Item]] = {}
    for row in rows:
        found.setdefault(key_of(row, spec.keys), []).append(row)
    differences = Differences()
    for key, item in items.items():
        _compare_one(differences, item, _expected(spec, index, item), found.pop(key, ()))
    for orphans in found.values():
        differences.orphaned.extend(orphans)
    return differences


def key_of(item: Item, keys: Iterable[str]) -> str:
    return json.dumps([item.get(key) for key in keys])


def _compare_one(
    differences: Differences, item: Item, expected: _Row | None, rows: Iterable[Item]
) -> None:
    found = None
    for row in rows:
        if expected and key_of(row, expected.keys) == key_of(expected.row, expected.keys):
            found = row
        else:
            differences.strayed.append((row, item))
    if expected and found is None:
        differences.missing.append(item)
    elif expected and found != expected.row:
        differences.stale.append(item)


@dataclass(frozen=True)
class _Row:
    row: Item
    keys: tuple[str, ...]


def _expected(spec: TableSpec, index: IndexSpec, item: Item) -> _Row | None:
    if any(key not in item for key in index.keys):
        return None
    if index.projection == "ALL":
        return _Row(item, index.keys)
    names = {*spec.keys, *index.keys, *index.non_key_attributes}
    return _Row({name: item[name] for name in names if name in item}, index.keys)
