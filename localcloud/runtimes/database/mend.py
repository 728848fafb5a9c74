"""Makes the indexes of a table agree with its items again.

dynalite writes the rows of the indexes first and the item after them. A kill in between leaves a
row without its item, an item without its row, or a row that is older or newer than its item. The
item is what an acknowledged write is made of, so the rows follow the items, never the reverse.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from localcloud.runtimes.database.comparison import Differences, Item, compare, identity
from localcloud.runtimes.database.repairs import MARK, Request, there_and_back, touch, undo
from localcloud.runtimes.database.spec import IndexSpec, TableSpec
from localcloud.runtimes.database.wire import Refused, Wire

_AT_ONCE: Final = 16


@dataclass(frozen=True)
class MendReport:
    """How many rows of the indexes were repaired."""

    missing: int = 0
    orphaned: int = 0
    stale: int = 0

    @property
    def total(self) -> int:
        return self.missing + self.orphaned + self.stale


async def mend(wire: Wire, spec: TableSpec) -> MendReport:
    """Compare every index of the table with the items completely, and repair what differs.

    Safe while others write: each repair holds only as long as the item is as it was compared.
    """
    if not spec.indexes:
        return MendReport()
    mender = _Mender(wire, spec)
    items = await mender.items()
    found = [(index, await mender.differences(index, items)) for index in spec.indexes]
    return await mender.repair(_plan(spec, found))


_Step = tuple[str, list[Request]]


def _plan(spec: TableSpec, found: Iterable[tuple[IndexSpec, Differences]]) -> list[list[_Step]]:
    """Put the steps of each item in order: rows are removed before others are restored."""
    removals: dict[str, list[_Step]] = {}
    restorals: dict[str, list[_Step]] = {}

    def add(steps: dict[str, list[_Step]], item: Item, step: _Step) -> None:
        steps.setdefault(identity(item, spec.keys), []).append(step)

    for index, differences in found:
        for row in differences.orphaned:
            add(removals, row, ("orphaned", there_and_back(spec, index, row, None)))
        for row, item in differences.strayed:
            add(removals, item, ("orphaned", there_and_back(spec, index, row, item)))
        for item in differences.missing:
            add(restorals, item, ("missing", [touch(spec, item)]))
        for item in differences.stale:
            add(restorals, item, ("stale", [touch(spec, item)]))
    return [
        removals.get(key, []) + restorals.get(key, []) for key in removals.keys() | restorals.keys()
    ]


class _Mender:
    def __init__(self, wire: Wire, spec: TableSpec) -> None:
        self._wire = wire
        self._spec = spec
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def items(self) -> dict[str, Item]:
        """Read all items, as far as indexes hold them; undo what a killed repair has left."""
        found = await self._scan({"ConsistentRead": True, **_projection(self._spec)})
        left = [[("left", [undo(self._spec, item)])] for item in found if MARK in item]
        if left:
            await self.repair(left)
            return await self.items()
        return {identity(item, self._spec.keys): item for item in found}

    async def differences(self, index: IndexSpec, items: Mapping[str, Item]) -> Differences:
        rows = await self._scan({"IndexName": index.name})
        return compare(self._spec, index, items, rows)

    async def repair(self, plan: Iterable[list[_Step]]) -> MendReport:
        """Take the steps of each item in turn, some items at a time; gives what was done."""
        done = Counter(chain.from_iterable(await asyncio.gather(*map(self._steps, plan))))
        return MendReport(missing=done["missing"], orphaned=done["orphaned"], stale=done["stale"])

    async def _steps(self, steps: list[_Step]) -> list[str]:
        async with self._turns:
            return [kind for kind, requests in steps if await self._step(requests)]

    async def _step(self, requests: list[Request]) -> bool:
        """Whether the requests were done; not if somebody has written the item, and its rows."""
        try:
            for operation, request in requests:
                await self._wire.call(operation, {"TableName": self._spec.name, **request})
        except Refused as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return False
        return True

    async def _scan(self, request: dict[str, Any]) -> list[Item]:
        found: list[Item] = []
        page: dict[str, Any] = {"TableName": self._spec.name, **request}
        while True:
            answer = await self._wire.call("Scan", page)
            found += answer["Items"]
            if not answer.get("LastEvaluatedKey"):
                return found
            page["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _projection(spec: TableSpec) -> dict[str, Any]:
    """Leave out what no index holds, such as large contents."""
    if any(index.projection == "ALL" for index in spec.indexes):
        return {}
    needed = {MARK, *spec.keys}
    for index in spec.indexes:
        needed |= {*index.keys, *index.non_key_attributes}
    names = {f"#n{n}": name for n, name in enumerate(sorted(needed))}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
