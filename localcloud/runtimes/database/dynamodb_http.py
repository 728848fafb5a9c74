"""A small client for one DynamoDB-compatible endpoint.

botocore signs the requests and aiohttp sends them, and neither reads the environment here. So
profiles, configuration files and proxies of the user have no effect. A botocore client would read
them all, and load two megabytes of service descriptions for five operations.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud.environment import REGION

_CREDENTIALS: Final = Credentials("local", "local")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, connect=5)


class DatabaseError(Exception):
    """The database cannot be used as requested; the text is for the user."""


class Unreachable(DatabaseError):
    """Nothing answers at the endpoint, or it is not DynamoDB."""


class OperationError(DatabaseError):
    """The database returned an error; *code* is DynamoDB's name for it."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code


class DynamoDBClient:
    """One endpoint and the connections to it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session: aiohttp.ClientSession | None = None

    async def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one operation; raise OperationError if the database returns an error."""
        body = json.dumps(request).encode()
        try:
            async with self._open().post(
                self.endpoint, data=body, headers=_signed(self.endpoint, operation, body)
            ) as response:
                return _parsed(operation, response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{self.endpoint} does not respond: {reason}") from error

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # the loop releases the closed connections in its next iteration

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Node closes idle connections after 5 s; a request must not meet that moment.
            connector = aiohttp.TCPConnector(keepalive_timeout=2)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=_TIMEOUT, trust_env=False
            )
        return self._session


def _signed(endpoint: str, operation: str, body: bytes) -> dict[str, str]:
    request = AWSRequest(
        method="POST",
        url=endpoint,
        data=body,
        headers={
            "Content-Type": "application/x-amz-json-1.0",
            "User-Agent": "localcloud",  # by which call_metrics.cjs leaves these calls out
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        },
    )
    SigV4Auth(_CREDENTIALS, "dynamodb", REGION).add_auth(request)
    return dict(request.headers.items())


def _parsed(operation: str, status: int, body: bytes) -> dict[str, Any]:
    try:
        response = json.loads(body)
    except ValueError as error:
        raise Unreachable(
            f"{operation}: status {status}, which is not a response of DynamoDB"
        ) from error
    if not isinstance(response, dict):
        raise Unreachable(f"{operation}: status {status}, which is not a response of DynamoDB")
    if status != HTTPStatus.OK:
        code = str(response.get("__type", status)).rpartition("#")[2]
        raise OperationError(
            operation, code, str(response.get("message") or response.get("Message") or "")
        )
    return response
