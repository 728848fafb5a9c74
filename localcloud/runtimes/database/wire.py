"""Signed requests to one DynamoDB-compatible endpoint.

botocore signs, aiohttp sends, and neither reads the environment here: a profile, a configuration
file or a proxy of the user's changes nothing. A botocore client would read them all, and load two
megabytes of service descriptions for five operations.
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

_MADE_UP: Final = Credentials("local", "local")
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, connect=5)


class DatabaseError(Exception):
    """The database does not do what was asked; the text is one sentence for a person."""


class Unreachable(DatabaseError):
    """Nothing answers at the endpoint, or what answers is no DynamoDB."""


class Refused(DatabaseError):
    """The database answered with an error; *code* is DynamoDB's name for it."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code


class Wire:
    """One endpoint and the connections to it."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._session: aiohttp.ClientSession | None = None

    async def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Run one operation; a refusal raises Refused with DynamoDB's code."""
        body = json.dumps(request).encode()
        try:
            async with self._open().post(
                self.endpoint, data=body, headers=_signed(self.endpoint, operation, body)
            ) as response:
                return _understood(operation, response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(f"{self.endpoint} does not answer: {reason}") from error

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # the closed connections leave the loop with its next turn

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
            "User-Agent": "localcloud",  # these calls are nobody's, and not counted
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        },
    )
    SigV4Auth(_MADE_UP, "dynamodb", REGION).add_auth(request)
    return dict(request.headers.items())


def _understood(operation: str, status: int, body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise Unreachable(f"{operation}: status {status} without a DynamoDB answer") from error
    if not isinstance(answer, dict):
        raise Unreachable(f"{operation}: status {status} without a DynamoDB answer")
    if status != HTTPStatus.OK:
        code = str(answer.get("__type", status)).rpartition("#")[2]
        raise Refused(operation, code, str(answer.get("message") or answer.get("Message") or ""))
    return answer
