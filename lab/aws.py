"""What AWS tells about the account of a stack, if there are credentials for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

Client = Callable[[str, str], Any]
"""Return the client of a service in a region."""

_TIMEOUT_S: Final = 3


def concurrency_quota(region: str, account: str, client: Client | None = None) -> int | None:
    """Return how many functions of *account* can run at once in *region*.

    Return None without credentials, without permission, or if they are for another account.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- takes 0.1 s

    open_client = client or _client
    try:
        if open_client("sts", region).get_caller_identity()["Account"] != account:
            return None
        limits = open_client("lambda", region).get_account_settings()["AccountLimit"]
        return int(limits["ConcurrentExecutions"])
    except (BotoCoreError, ClientError, KeyError, ValueError):
        return None


def _client(service: str, region: str) -> Any:  # noqa: ANN401 -- boto3 makes the types at run time
    import boto3  # noqa: PLC0415 -- takes 0.3 s
    from botocore.config import Config  # noqa: PLC0415 -- same

    config = Config(
        connect_timeout=_TIMEOUT_S,
        read_timeout=_TIMEOUT_S,
        retries={"mode": "standard", "max_attempts": 1},
        user_agent_extra="aws-blog-demo",
    )
    return boto3.client(service, region_name=region, config=config)
