"""The connection to DynamoDB: calls with a time limit, few retries, and the blog's own errors."""

from __future__ import annotations

import json
import random
import time
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.session import Session

from blog import timing
from blog.errors import Unavailable

if TYPE_CHECKING:  # the deployed packages have no type stubs
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

_CONNECT_SECONDS: Final = 1
_READ_SECONDS: Final = 2
_ATTEMPTS: Final = 3
# No new attempt after this time: a client gets 503 within about two seconds.
_RETRY_UNTIL_SECONDS: Final = 0.8
_BACKOFF_SECONDS: Final = 0.05

_TRANSIENT_CODES: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
    }
)
_SERVER_ERROR: Final = 500
_CONDITION_FAILED: Final = "ConditionalCheckFailedException"
_CHECKSUM: Final = "x-amz-crc32"


def connect(max_connections: int) -> DynamoDBClient:
    """Return a client for the region and the endpoint in the environment variables."""
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        # ``call`` retries instead, within the time limit of the request.
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=max_connections,
    )
    client = Session().create_client("dynamodb", config=config)
    client.meta.events.register("before-parse.dynamodb", _check_response)
    return cast("DynamoDBClient", client)


class DamagedResponse(Exception):
    """The response of the database is not what it sent."""


def _check_response(response_dict: dict[str, Any], **_: object) -> None:
    """Raise DamagedResponse for a body with a wrong checksum or, without one, that is not JSON.

    botocore parses a damaged body as an empty response, as if the item did not exist. It uses the
    checksum only to decide about its own retries, which are off.
    """
    body: bytes = response_dict["body"]
    checksum = response_dict["headers"].get(_CHECKSUM)
    is_valid = str(zlib.crc32(body)) == checksum if checksum else _is_json_object(body)
    if not is_valid:
        raise DamagedResponse


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


class ConditionFailed(Exception):
    """The condition of a write was not met."""

    def __init__(self, *, repeated: bool) -> None:
        """*repeated* means that an earlier attempt of the same write may be the cause."""
        super().__init__()
        self.repeated = repeated


def call(work: Callable[[], T]) -> T:
    """Call *work*, and again after a transient error, within the time limit of the request."""
    start = time.monotonic()
    _check_time()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with timing.measure_database():
                return work()
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                raise ConditionFailed(repeated=attempt > 1) from error
            if not _is_transient(error):
                raise
            last: Exception = error
        except (NoConnection, HTTPClientError, DamagedResponse) as error:
            last = error
        if attempt == _ATTEMPTS or time.monotonic() - start > _RETRY_UNTIL_SECONDS:
            break
        back_off(attempt)
    raise Unavailable from last


def _check_time() -> None:
    if timing.seconds_left() <= 0:
        raise Unavailable


def back_off(attempt: int) -> None:
    """Sleep before the next attempt: exponential backoff with jitter."""
    _check_time()
    with timing.measure_database():
        time.sleep(_BACKOFF_SECONDS * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - no secret


def _is_transient(error: ClientError) -> bool:
    status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _TRANSIENT_CODES or status >= _SERVER_ERROR
