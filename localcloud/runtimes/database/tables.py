"""Makes the declared tables, adopts those that are there, and keeps their indexes right."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final

from localcloud.runtimes.database.mend import MendReport, mend
from localcloud.runtimes.database.spec import (
    IndexSpec,
    TableSpec,
    attribute_definitions,
    changed_indexes,
    creation,
    index_definition,
    same_keys,
)
from localcloud.runtimes.database.wire import DatabaseError, Refused, Wire

_MISSING: Final = "ResourceNotFoundException"
_POLL_S: Final = 0.02
_SETTLE_S: Final = 60.0
# dynalite leaves CREATING within a millisecond; one that stays there was killed in that moment.
_STUCK_S: Final = 2.0


class Tables:
    """The tables behind one endpoint."""

    def __init__(self, endpoint: str, start_over: str) -> None:
        """*start_over* says what a person does when a table cannot be changed as declared."""
        self.endpoint = endpoint
        self._wire = Wire(endpoint)
        self._start_over = start_over
        self._known: dict[str, TableSpec] = {}

    async def ensure_table(self, spec: TableSpec) -> None:
        """Create the table, or adopt the one with this name if it is what *spec* declares."""
        described = await self._settled(spec.name)
        if described is None:
            await self._wire.call("CreateTable", creation(spec))
            await self._settled(spec.name)
        else:
            await self._adopt(spec, described)
        self._known[spec.name] = spec

    async def delete_table(self, name: str) -> None:
        """Delete the table with all that is in it; one that is not there is no error."""
        self._known.pop(name, None)
        if await self._settled(name) is not None:
            await self._wire.call("DeleteTable", {"TableName": name})
            await self._settled(name)

    async def mend(self, spec: TableSpec) -> MendReport:
        """Make the indexes agree with the items, which a kill between two writes can prevent."""
        return await mend(self._wire, spec)

    async def _adopt(self, spec: TableSpec, described: Mapping[str, Any]) -> None:
        if not same_keys(spec, described):
            raise DatabaseError(
                f"table {spec.name} exists with another key than the declared one; "
                f"{self._start_over}"
            )
        gone, new = changed_indexes(spec, described)
        if gone or new:
            await self._change_indexes(spec, gone, new)

    async def _change_indexes(self, spec: TableSpec, gone: list[str], new: list[IndexSpec]) -> None:
        """Replace indexes one by one; dynalite refuses such a request, or takes and ignores it."""
        cannot = (
            f"table {spec.name} exists with other indexes than the declared ones, and this "
            f"database cannot change them; {self._start_over}"
        )
        definitions = {"AttributeDefinitions": attribute_definitions(spec)}
        changes: list[dict[str, Any]] = [{"Delete": {"IndexName": name}} for name in gone]
        changes += [{"Create": index_definition(index)} for index in new]
        for change in changes:
            request = {"TableName": spec.name, "GlobalSecondaryIndexUpdates": [change]}
            try:
                await self._wire.call(
                    "UpdateTable", request | (definitions if "Create" in change else {})
                )
            except Refused as error:
                raise DatabaseError(cannot) from error
            await self._settled(spec.name)
        described = await self._settled(spec.name)
        if not described or any(changed_indexes(spec, described)):
            raise DatabaseError(cannot)

    async def _settled(self, name: str) -> dict[str, Any] | None:
        """Describe the table once nothing is going on with it; None if there is no table."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while (described := await self._describe(name)) and not _is_active(described):
            waited = loop.time() - begun
            if waited > _SETTLE_S:
                raise DatabaseError(f"table {name} stays {described['TableStatus']}")
            await self._push(described, waited)
            await asyncio.sleep(_POLL_S)
        return described

    async def _push(self, described: Mapping[str, Any], waited: float) -> None:
        """Finish what a kill has interrupted: a half deleted or half created table."""
        if waited < _STUCK_S:
            return
        with contextlib.suppress(Refused):  # another database than dynalite is simply not done yet
            if described["TableStatus"] == "DELETING":
                await self._wire.call("DeleteTable", {"TableName": described["TableName"]})
            elif described["TableStatus"] == "CREATING":
                await self._activate(described)

    async def _activate(self, described: Mapping[str, Any]) -> None:
        """Change the billing, which makes dynalite set the state anew and changes nothing else."""
        throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
        request: dict[str, Any] = {
            "TableName": described["TableName"],
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": throughput,
        }
        if indexes := described.get("GlobalSecondaryIndexes"):
            request["GlobalSecondaryIndexUpdates"] = [
                {"Update": {"IndexName": one["IndexName"], "ProvisionedThroughput": throughput}}
                for one in indexes
            ]
        await self._wire.call("UpdateTable", request)

    async def _describe(self, name: str) -> dict[str, Any] | None:
        try:
            answer = await self._wire.call("DescribeTable", {"TableName": name})
        except Refused as error:
            if error.code == _MISSING:
                return None
            raise
        return dict(answer["Table"])


def _is_active(described: Mapping[str, Any]) -> bool:
    indexes = described.get("GlobalSecondaryIndexes") or ()
    states = [described.get("TableStatus"), *(index.get("IndexStatus") for index in indexes)]
    return all(state == "ACTIVE" for state in states)
