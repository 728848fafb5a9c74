"""Creates the declared tables, adopts existing ones, and repairs their indexes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final

from localcloud.runtimes.database.dynamodb_http import DatabaseError, DynamoDBClient, OperationError
from localcloud.runtimes.database.index_repair import RepairReport, repair_indexes
from localcloud.runtimes.database.spec import (
    IndexSpec,
    TableSpec,
    attribute_definitions,
    changed_indexes,
    creation,
    index_definition,
    same_keys,
)

_MISSING: Final = "ResourceNotFoundException"
_POLL_S: Final = 0.02
_SETTLE_S: Final = 60.0
# dynalite leaves CREATING within a millisecond; one that stays there was killed in that moment.
_STUCK_S: Final = 2.0


class Tables:
    """The tables behind one endpoint."""

    def __init__(self, endpoint: str, start_over: str) -> None:
        """*start_over* tells the user what to do if a table cannot be changed as declared."""
        self.endpoint = endpoint
        self._client = DynamoDBClient(endpoint)
        self._start_over = start_over
        self._known: dict[str, TableSpec] = {}

    async def ensure_table(self, spec: TableSpec) -> None:
        """Create the table, or adopt an existing one that is as *spec* declares."""
        described = await self._settled(spec.name)
        if described is None:
            await self._client.call("CreateTable", creation(spec))
            await self._settled(spec.name)
        else:
            await self._adopt(spec, described)
        self._known[spec.name] = spec

    async def delete_table(self, name: str) -> None:
        """Delete the table and its items; a missing table is not an error."""
        self._known.pop(name, None)
        if await self._settled(name) is not None:
            await self._client.call("DeleteTable", {"TableName": name})
            await self._settled(name)

    async def repair_indexes(self, spec: TableSpec) -> RepairReport:
        """Make the indexes match the items: a kill between two writes can leave them different."""
        return await repair_indexes(self._client, spec)

    async def _adopt(self, spec: TableSpec, described: Mapping[str, Any]) -> None:
        if not same_keys(spec, described):
            raise DatabaseError(
                f"table {spec.name} exists with another key than declared. {self._start_over}"
            )
        gone, new = changed_indexes(spec, described)
        if gone or new:
            await self._change_indexes(spec, gone, new)

    async def _change_indexes(self, spec: TableSpec, gone: list[str], new: list[IndexSpec]) -> None:
        """Replace indexes one by one; dynalite rejects such requests, or ignores them."""
        cannot = (
            f"table {spec.name} exists with other indexes than declared, and this database cannot "
            f"change them. {self._start_over}"
        )
        definitions = {"AttributeDefinitions": attribute_definitions(spec)}
        changes: list[dict[str, Any]] = [{"Delete": {"IndexName": name}} for name in gone]
        changes += [{"Create": index_definition(index)} for index in new]
        for change in changes:
            request = {"TableName": spec.name, "GlobalSecondaryIndexUpdates": [change]}
            try:
                await self._client.call(
                    "UpdateTable", request | (definitions if "Create" in change else {})
                )
            except OperationError as error:
                raise DatabaseError(cannot) from error
            await self._settled(spec.name)
        described = await self._settled(spec.name)
        if not described or any(changed_indexes(spec, described)):
            raise DatabaseError(cannot)

    async def _settled(self, name: str) -> dict[str, Any] | None:
        """Wait until no change is in progress; return the description, None without a table."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while (described := await self._describe(name)) and not _is_active(described):
            waited = loop.time() - begun
            if waited > _SETTLE_S:
                raise DatabaseError(
                    f"table {name} has stayed {described['TableStatus']} for {waited:.0f} s"
                )
            await self._push(described, waited)
            await asyncio.sleep(_POLL_S)
        return described

    async def _push(self, described: Mapping[str, Any], waited: float) -> None:
        """Finish what a kill has interrupted: a half-deleted or half-created table."""
        if waited < _STUCK_S:
            return
        with contextlib.suppress(OperationError):  # a database other than dynalite needs more time
            if described["TableStatus"] == "DELETING":
                await self._client.call("DeleteTable", {"TableName": described["TableName"]})
            elif described["TableStatus"] == "CREATING":
                await self._activate(described)

    async def _activate(self, described: Mapping[str, Any]) -> None:
        """Change the billing mode, which makes dynalite set the status again."""
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
        await self._client.call("UpdateTable", request)

    async def _describe(self, name: str) -> dict[str, Any] | None:
        try:
            response = await self._client.call("DescribeTable", {"TableName": name})
        except OperationError as error:
            if error.code == _MISSING:
                return None
            raise
        return dict(response["Table"])


def _is_active(described: Mapping[str, Any]) -> bool:
    indexes = described.get("GlobalSecondaryIndexes") or ()
    states = [described.get("TableStatus"), *(index.get("IndexStatus") for index in indexes)]
    return all(state == "ACTIVE" for state in states)
