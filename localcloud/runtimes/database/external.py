"""A database that somebody else runs and the user has named."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from localcloud.runtimes.database.tables import Tables
from localcloud.runtimes.database.wire import DatabaseError

_AWS: Final = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "on.aws", "amazonwebservices.com.cn")


class ExternalDatabase(Tables):
    """The tables of a DynamoDB-compatible server at *endpoint*, which is never AWS."""

    def __init__(self, endpoint: str) -> None:
        endpoint = _local_endpoint(endpoint)
        super().__init__(endpoint, f"delete the table at {endpoint} to start over")

    async def start(self) -> None:
        """Check that a DynamoDB answers there."""
        await self._wire.call("ListTables", {"Limit": 1})

    async def stop(self) -> None:
        await self._wire.close()


def _local_endpoint(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        host = (parts.hostname or "").rstrip(".").lower()
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise DatabaseError(f"{endpoint!r} is no database endpoint: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise DatabaseError(f"{endpoint!r} is no database endpoint: http://HOST:PORT is expected")
    if any(host == name or host.endswith(f".{name}") for name in _AWS):
        raise DatabaseError(f"{host} belongs to AWS, and the local cloud never talks to AWS")
    return endpoint.rstrip("/")
