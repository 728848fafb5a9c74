"""A database that runs elsewhere, named by the user (`--dynamodb-endpoint`)."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from localcloud.runtimes.database.dynamodb_http import DatabaseError
from localcloud.runtimes.database.tables import Tables

_AWS: Final = ("amazonaws.com", "amazonaws.com.cn", "api.aws", "on.aws", "amazonwebservices.com.cn")


class ExternalDatabase(Tables):
    """The tables of a DynamoDB-compatible server at *endpoint*, which must not be AWS."""

    def __init__(self, endpoint: str) -> None:
        endpoint = _local_endpoint(endpoint)
        super().__init__(endpoint, f"To start over, delete the table at {endpoint}.")

    async def start(self) -> None:
        """Check that DynamoDB answers there."""
        await self._client.call("ListTables", {"Limit": 1})

    async def stop(self) -> None:
        await self._client.close()


def _local_endpoint(endpoint: str) -> str:
    try:
        parts = urlsplit(endpoint)
        host = (parts.hostname or "").rstrip(".").lower()
        parts.port  # noqa: B018 - reading it is the check
    except ValueError as error:
        raise DatabaseError(
            f"--dynamodb-endpoint {endpoint!r} is not a valid URL: {error}"
        ) from error
    if parts.scheme not in ("http", "https") or not host:
        raise DatabaseError(f"--dynamodb-endpoint {endpoint!r} is not valid. Use http://HOST:PORT.")
    if any(host == name or host.endswith(f".{name}") for name in _AWS):
        raise DatabaseError(
            f"--dynamodb-endpoint {host} belongs to AWS. The local cloud never connects to AWS."
        )
    return endpoint.rstrip("/")
