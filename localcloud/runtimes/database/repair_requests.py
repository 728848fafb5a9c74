"""The requests that repair single rows of an index.

DynamoDB's API cannot write to an index. So a row is restored by an update of its item that changes
nothing. A row is removed in two steps: its item is moved to the row (without an item, a stand-in is
put there), and moved back (the stand-in is deleted). Until the second step, an attribute of the
item says how to undo the first, in case the repair is interrupted. Each request has the condition
that the item has not changed since it was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from localcloud.runtimes.database.index_comparison import Item
from localcloud.runtimes.database.spec import IndexSpec, TableSpec

MARK: Final = "localcloud:stand-in"
_NOTHING: Final = {"NULL": True}
Request = tuple[str, dict[str, Any]]


def touch(spec: TableSpec, item: Item) -> Request:
    """Write the item as it is, which also writes its rows."""
    return "UpdateItem", {
        "Key": _key(spec, item),
        "UpdateExpression": "REMOVE #mark",
        "ConditionExpression": "attribute_exists(#key)",
        "ExpressionAttributeNames": {"#mark": MARK, "#key": spec.hash_key},
    }


def remove_row(spec: TableSpec, index: IndexSpec, row: Item, item: Item | None) -> list[Request]:
    """Move *item* (a stand-in if it is None) to *row* and back, which removes the row."""
    request, moved = _move(spec, index, row, item) if item else _stand_in(spec, index, row)
    return [request, undo(spec, moved)]


def _stand_in(spec: TableSpec, index: IndexSpec, row: Item) -> tuple[Request, Item]:
    item = {key: row[key] for key in (*spec.keys, *index.keys)} | {MARK: _NOTHING}
    request = {
        "Item": item,
        "ConditionExpression": "attribute_not_exists(#key)",
        "ExpressionAttributeNames": {"#key": spec.hash_key},
    }
    return ("PutItem", request), item


def _move(spec: TableSpec, index: IndexSpec, row: Item, item: Item) -> tuple[Request, Item]:
    keys = [key for key in index.keys if key not in spec.keys]
    before = {key: item.get(key, _NOTHING) for key in keys}
    moved = {**item, MARK: {"M": before}, **{key: row[key] for key in keys}}
    names, values, sets = _sets({key: moved[key] for key in (*keys, MARK)})  # the mark comes last
    unchanged = [
        f"#{n} = :was{n}" if key in item else f"attribute_not_exists(#{n})"
        for n, key in enumerate(keys)
    ]
    values |= {f":was{n}": item[key] for n, key in enumerate(keys) if key in item}
    request = {
        "Key": _key(spec, item),
        "UpdateExpression": sets,
        "ConditionExpression": " AND ".join([*unchanged, f"attribute_not_exists(#{len(keys)})"]),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    return ("UpdateItem", request), moved


def undo(spec: TableSpec, item: Item) -> Request:
    """Delete a stand-in, or move an item back, as its mark says."""
    condition = {"ConditionExpression": "attribute_exists(#mark)"}
    if "M" not in item[MARK]:
        names = {"#mark": MARK}
        return "DeleteItem", {
            "Key": _key(spec, item),
            **condition,
            "ExpressionAttributeNames": names,
        }
    before: Mapping[str, Any] = item[MARK]["M"]
    names, values, sets = _sets({key: old for key, old in before.items() if old != _NOTHING})
    removes, more = _removes([key for key, old in before.items() if old == _NOTHING])
    request = {
        "Key": _key(spec, item),
        "UpdateExpression": f"{sets} REMOVE {', '.join(['#mark', *removes])}",
        **condition,
        "ExpressionAttributeNames": {"#mark": MARK, **names, **more},
    }
    return "UpdateItem", request | ({"ExpressionAttributeValues": values} if values else {})


def _key(spec: TableSpec, item: Item) -> dict[str, Any]:
    return {key: item[key] for key in spec.keys}


def _sets(attributes: Item) -> tuple[dict[str, str], dict[str, Any], str]:
    names = {f"#{n}": name for n, name in enumerate(attributes)}
    values: dict[str, Any] = {f":{n}": value for n, value in enumerate(attributes.values())}
    sets = ", ".join(f"#{n} = :{n}" for n in range(len(attributes)))
    return names, values, f"SET {sets}" if sets else ""


def _removes(attributes: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    names = {f"#gone{n}": name for n, name in enumerate(attributes)}
    return list(names), names
