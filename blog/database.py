"""The connection to DynamoDB: bounded in time, few retries, errors in our own words."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar, cast

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.session import Session

from blog import timing
from blog.errors import Unavailable

if TYPE_CHECKING:  # the types are not shipped to where this runs
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

_CONNECT_SECONDS: Final = 1
_READ_SECONDS: Final = 2
_ATTEMPTS: Final = 3
# No new attempt after this: a client hears of a dead database within about two seconds.
_RETRY_UNTIL_SECONDS: Final = 0.8
_BACKOFF_SECONDS: Final = 0.05

_BUSY_CODES: Final = frozenset(
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


def connect(max_connections: int) -> DynamoDBClient:
    """Make a client for the region and endpoint of the environment."""
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        # Attempts are counted here instead, where their number and their time are known.
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=max_connections,
    )
    return cast("DynamoDBClient", Session().create_client("dynamodb", config=config))


class ConditionFailed(Exception):
    """A conditional write found another state than it asked for."""

    def __init__(self, *, repeated: bool) -> None:
        """*repeated* means that an earlier attempt may have been the cause."""
        super().__init__()
        self.repeated = repeated


def call(work: Callable[[], T]) -> T:
    """Do *work* with the client, again after a passing fault, within a bounded time."""
    start = time.monotonic()
    _check_time()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with timing.database():
                return work()
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                raise ConditionFailed(repeated=attempt > 1) from error
            if not _is_passing(error):
                raise
            last: Exception = error
        except (NoConnection, HTTPClientError) as error:
            last = error
        if attempt == _ATTEMPTS or time.monotonic() - start > _RETRY_UNTIL_SECONDS:
            break
        wait(attempt)
    raise Unavailable from last


def _check_time() -> None:
    if timing.seconds_left() <= 0:
        raise Unavailable


def wait(attempt: int) -> None:
    """Wait before the next attempt: longer each time, and never all clients at once."""
    _check_time()
    with timing.database():
        time.sleep(_BACKOFF_SECONDS * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - no secret


def _is_passing(error: ClientError) -> bool:
    status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    return error.response["Error"]["Code"] in _BUSY_CODES or status >= _SERVER_ERROR
