"""The requests that put single rows of an index right.

Nothing in DynamoDB's API writes to an index. So a row is restored by an update of its item that
changes nothing, and removed by bringing its item there and taking it away again. What is brought
there carries a mark that says how to take it away, for the case of a kill during the repair.
Each request holds only as long as the item is as it was compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from localcloud.runtimes.database.comparison import Item
from localcloud.runtimes.database.spec import IndexSpec, TableSpec

MARK: Final = "localcloud:stand-in"
_NOTHING: Final = {"NULL": True}
Request = tuple[str, dict[str, Any]]


def touch(spec: TableSpec, item: Item) -> Request:
    """Write the item as it is, which writes its rows too."""
    return "UpdateItem", {
        "Key": _key(spec, item),
        "UpdateExpression": "REMOVE #mark",
        "ConditionExpression": "attribute_exists(#key)",
        "ExpressionAttributeNames": {"#mark": MARK, "#key": spec.hash_key},
    }


def there_and_back(
    spec: TableSpec, index: IndexSpec, row: Item, item: Item | None
) -> list[Request]:
    """Bring the item of *row* (a stand-in if there is none) to the row, and take both away."""
    request, there = _move(spec, index, row, item) if item else _stand_in(spec, index, row)
    return [request, undo(spec, there)]


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
    there = {**item, MARK: {"M": before}, **{key: row[key] for key in keys}}
    names, values, sets = _sets({key: there[key] for key in (*keys, MARK)})  # the mark comes last
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
    return ("UpdateItem", request), there


def undo(spec: TableSpec, item: Item) -> Request:
    """Take away what the mark of *item* says is not there in truth."""
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
