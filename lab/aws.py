"""Access to the AWS account of a stack, if there are credentials for it. It only reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

Client = Callable[[str, str], Any]
"""Return the client of a service in a region."""

_TIMEOUT_S: Final = 3
_RETRIES: Final = {"logs": 4}
"""FilterLogEvents allows few requests per second. Others are sent once more."""
_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})


class NotReadError(Exception):
    """AWS did not return what was asked. The message is the reason, as the end of a sentence."""


def concurrency_quota(region: str, account: str, client: Client | None = None) -> int | None:
    """Return how many functions of *account* can run at once in *region*.

    Return None without credentials, without permission, or if they are for another account.
    """
    open_client = client or default_client
    try:
        check_account(region, account, open_client)
        with reading("lambda:GetAccountSettings"):
            limits = open_client("lambda", region).get_account_settings()["AccountLimit"]
            return int(limits["ConcurrentExecutions"])
    except NotReadError:
        return None


def check_account(region: str, account: str, client: Client) -> None:
    """Raise NotReadError unless there are credentials for *account*."""
    with reading("sts:GetCallerIdentity"):
        found = client("sts", region).get_caller_identity()["Account"]
    if found != account:
        raise NotReadError("the AWS credentials are for another account")


@contextmanager
def reading(permission: str) -> Iterator[None]:
    """Turn the errors of a request that needs *permission* into NotReadError."""
    from botocore import exceptions  # noqa: PLC0415 -- takes 0.1 s

    missing = (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)
    try:
        yield
    except exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _DENIED:
            raise NotReadError(f"the credentials need the permission {permission}") from error
        raise NotReadError(f"{permission} failed with the error {code}") from error
    except missing as error:
        raise NotReadError("there are no AWS credentials") from error
    except exceptions.BotoCoreError as error:
        raise NotReadError(f"{permission} failed: {type(error).__name__}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise NotReadError(f"the response to {permission} is not valid") from error


def default_client(service: str, region: str) -> Any:  # noqa: ANN401 -- boto3 makes the types at run time
    """Return a client of boto3 with short timeouts."""
    import boto3  # noqa: PLC0415 -- takes 0.3 s
    from botocore.config import Config  # noqa: PLC0415 -- same

    config = Config(
        connect_timeout=_TIMEOUT_S,
        read_timeout=_TIMEOUT_S,
        retries={"mode": "standard", "max_attempts": _RETRIES.get(service, 1)},
        user_agent_extra="aws-blog-demo",
    )
    return boto3.client(service, region_name=region, config=config)
