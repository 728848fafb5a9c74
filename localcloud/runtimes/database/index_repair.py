"""Repairs the indexes of a table so that they match its items.

dynalite writes the rows of the indexes first and then the item. A kill in between leaves a row
without its item, an item without its row, or a row that is older or newer than its item. Only the
item proves that a write was acknowledged, so the rows follow the items, never the reverse.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from localcloud.runtimes.database.dynamodb_http import DynamoDBClient, OperationError
from localcloud.runtimes.database.index_comparison import Differences, Item, compare, key_of
from localcloud.runtimes.database.repair_requests import MARK, Request, remove_row, touch, undo
from localcloud.runtimes.database.spec import IndexSpec, TableSpec

_AT_ONCE: Final = 16


@dataclass(frozen=True)
class RepairReport:
    """How many rows of the indexes were repaired."""

    missing: int = 0
    orphaned: int = 0
    stale: int = 0

    def __str__(self) -> str:
        return f"{self.missing:,} missing, {self.orphaned:,} orphaned, {self.stale:,} stale rows"


async def repair_indexes(client: DynamoDBClient, spec: TableSpec) -> RepairReport:
    """Compare every index of the table with all items, and repair what differs.

    Safe while others write: each repair has the condition that the item has not changed. What an
    interrupted repair has left is removed first, also from a table without indexes.
    """
    repair = _Repair(client, spec)
    items = await repair.items()
    found = [(index, await repair.differences(index, items)) for index in spec.indexes]
    return await repair.apply(_plan(spec, found))


_Step = tuple[str, list[Request]]


def _plan(spec: TableSpec, found: Iterable[tuple[IndexSpec, Differences]]) -> list[list[_Step]]:
    """Order the steps of each item: rows are removed before others are restored."""
    removed: dict[str, list[_Step]] = {}
    restored: dict[str, list[_Step]] = {}

    def add(steps: dict[str, list[_Step]], item: Item, step: _Step) -> None:
        steps.setdefault(key_of(item, spec.keys), []).append(step)

    for index, differences in found:
        for row in differences.orphaned:
            add(removed, row, ("orphaned", remove_row(spec, index, row, None)))
        for row, item in differences.strayed:
            add(removed, item, ("orphaned", remove_row(spec, index, row, item)))
        for item in differences.missing:
            add(restored, item, ("missing", [touch(spec, item)]))
        for item in differences.stale:
            add(restored, item, ("stale", [touch(spec, item)]))
    return [
        removed.get(key, []) + restored.get(key, []) for key in removed.keys() | restored.keys()
    ]


class _Repair:
    def __init__(self, client: DynamoDBClient, spec: TableSpec) -> None:
        self._client = client
        self._spec = spec
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def items(self) -> dict[str, Item]:
        """Read the attributes of all items that indexes hold; undo interrupted repairs first."""
        found = await self._scan({"ConsistentRead": True, **_projection(self._spec)})
        left = [[("left", [undo(self._spec, item)])] for item in found if MARK in item]
        if left:
            await self.apply(left)
            return await self.items()
        return {key_of(item, self._spec.keys): item for item in found}

    async def differences(self, index: IndexSpec, items: Mapping[str, Item]) -> Differences:
        rows = await self._scan({"IndexName": index.name})
        return compare(self._spec, index, items, rows)

    async def apply(self, plan: Iterable[list[_Step]]) -> RepairReport:
        """Apply the steps, those of one item in order; return how many had an effect."""
        done = Counter(chain.from_iterable(await asyncio.gather(*map(self._steps, plan))))
        return RepairReport(missing=done["missing"], orphaned=done["orphaned"], stale=done["stale"])

    async def _steps(self, steps: list[_Step]) -> list[str]:
        async with self._turns:
            return [name for name, requests in steps if await self._step(requests)]

    async def _step(self, requests: list[Request]) -> bool:
        """Send the requests; return False if another client has written the item, and its rows."""
        try:
            for operation, request in requests:
                await self._client.call(operation, {"TableName": self._spec.name, **request})
        except OperationError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    async def _scan(self, request: dict[str, Any]) -> list[Item]:
        found: list[Item] = []
        page: dict[str, Any] = {"TableName": self._spec.name, **request}
        while True:
            response = await self._client.call("Scan", page)
            found += response["Items"]
            if not response.get("LastEvaluatedKey"):
                return found
            page["ExclusiveStartKey"] = response["LastEvaluatedKey"]


def _projection(spec: TableSpec) -> dict[str, Any]:
    """Request only what an index holds, and no large contents."""
    if any(index.projection == "ALL" for index in spec.indexes):
        return {}
    needed = {MARK, *spec.keys}
    for index in spec.indexes:
        needed |= {*index.keys, *index.non_key_attributes}
    names = {f"#n{n}": name for n, name in enumerate(sorted(needed))}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
