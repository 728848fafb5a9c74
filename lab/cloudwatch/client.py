"""CloudWatch's GetMetricData. boto3 is imported only when a request is sent."""

from __future__ import annotations

import ipaddress
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lab.cloudwatch.metrics import MAX_QUERIES, MetricsError, Points, Query, Window

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

_CONNECT_TIMEOUT_S: Final = 5
_READ_TIMEOUT_S: Final = 15
_RENEW: Final = "get new credentials (for example, `aws sso login`) and try again"
_MESSAGES: Final = {
    "AccessDenied": (
        "AWS denied access. Allow cloudwatch:GetMetricData for the credentials in use."
    ),
    "ExpiredToken": f"The AWS credentials have expired: {_RENEW}.",
    "InvalidClientTokenId": f"The AWS credentials are not valid: {_RENEW}.",
    "SignatureDoesNotMatch": (
        "AWS rejected the request signature. Check the secret key and this machine's clock."
    ),
    "Throttling": "CloudWatch throttled the request. Wait a minute, then try again.",
}
_ALIASES: Final = {  # other codes for the same errors, by protocol and service
    "AccessDeniedException": "AccessDenied",
    "UnauthorizedOperation": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "SignatureDoesNotMatch",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ThrottlingException": "Throttling",
    "RequestLimitExceeded": "Throttling",
    "TooManyRequestsException": "Throttling",
}
_EMPTY_FILE: Final = (None, None, os.devnull, None)
_NO_USER_SETTINGS: Final = {  # botocore session variables that ignore the user's AWS settings
    "profile": (None, None, None, None),
    "config_file": _EMPTY_FILE,
    "credentials_file": _EMPTY_FILE,
}
_LOCAL_CREDENTIALS: Final = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
_NO_CREDENTIALS: Final = (
    "No AWS credentials found. Run `aws configure` or `aws sso login`, or set AWS_PROFILE."
)
_UNKNOWN_PROFILE: Final = (
    "The profile in AWS_PROFILE does not exist. List them: `aws configure list-profiles`."
)
_INVALID_REGION: Final = "The output Region is not a valid AWS region. Check the stack outputs."


class CloudWatch:
    """Fetches metric data. Calls block, so screens make them in a thread.

    *endpoint* is a local cloud's endpoint. Requests to it use fixed credentials, no proxy, and
    none of the user's AWS settings.
    """

    def __init__(self, region: str, endpoint: str | None = None) -> None:
        if endpoint is not None and not _is_loopback(endpoint):
            raise MetricsError(
                "The output CloudWatchEndpoint must be a loopback address:"
                " only a local cloud has one."
            )
        self._region = region
        self._endpoint = endpoint
        self._client: CloudWatchClient | None = None

    @property
    def is_local(self) -> bool:
        """True for a local cloud, whose metrics are free."""
        return self._endpoint is not None

    @property
    def source(self) -> str:
        """Where the data comes from, as shown to the user."""
        return self._endpoint or f"CloudWatch in {self._region}"

    def fetch(self, queries: Sequence[Query], window: Window) -> dict[str, Points]:
        """Return the points of each query by its id, or raise MetricsError."""
        found: dict[str, Points] = {}
        with _translated_errors(self.source):
            if self._client is None:
                self._client = self._open()
            for first in range(0, len(queries), MAX_QUERIES):
                found |= _fetch(self._client, queries[first : first + MAX_QUERIES], window)
        return found

    def _open(self) -> CloudWatchClient:
        import boto3  # noqa: PLC0415 -- takes 0.3 s, needed for metrics only
        import botocore.session  # noqa: PLC0415 -- same
        from botocore.config import Config  # noqa: PLC0415 -- same

        config = Config(
            connect_timeout=_CONNECT_TIMEOUT_S,
            read_timeout=_READ_TIMEOUT_S,
            retries={"mode": "standard", "max_attempts": 2},
            user_agent_extra="aws-blog-demo",
        )
        settings: dict[str, object] = {}
        if self.is_local:
            isolated = botocore.session.Session(session_vars=_NO_USER_SETTINGS)
            settings = {"botocore_session": isolated, **_LOCAL_CREDENTIALS}
        session = boto3.Session(**settings)
        client: CloudWatchClient = session.client(
            "cloudwatch",
            region_name=self._region,
            endpoint_url=self._endpoint,
            config=config.merge(Config(proxies={})) if self.is_local else config,
        )
        return client


def _fetch(
    client: CloudWatchClient, queries: Sequence[Query], window: Window
) -> Mapping[str, Points]:
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[_metric_data_query(query, window) for query in queries],
        StartTime=datetime.fromtimestamp(window.start, UTC),
        EndTime=datetime.fromtimestamp(window.end, UTC),
        ScanBy="TimestampAscending",
    )
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for page in pages:
        for result in page["MetricDataResults"]:
            times = (timestamp.timestamp() for timestamp in result["Timestamps"])
            found[result["Id"]] += zip(times, result["Values"], strict=True)
    return found


def _metric_data_query(query: Query, window: Window) -> MetricDataQueryTypeDef:
    return {
        "Id": query.id,
        "MetricStat": {
            "Metric": {
                "Namespace": query.metric.namespace,
                "MetricName": query.metric.name,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in query.dimensions.items()
                ],
            },
            "Period": window.step_s,
            "Stat": query.metric.statistic,
        },
    }


@contextmanager
def _translated_errors(source: str) -> Iterator[None]:
    """Turn boto3's exceptions into a MetricsError that names the next step."""
    from botocore import exceptions  # noqa: PLC0415 -- same as boto3

    try:
        yield
    except exceptions.ClientError as error:
        raise MetricsError(_client_error_message(error.response.get("Error", {}))) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise MetricsError(
            f"No response from {source}. Check the network and the proxy, then try again."
        ) from error
    except (exceptions.BotoCoreError, ValueError) as error:  # a response may not be valid JSON
        message = _settings_error_message(error)
        raise MetricsError(message or f"The request to {source} failed: {error}") from error


def _settings_error_message(error: Exception) -> str:
    """Return the message for an error in the credentials or the region, or ""."""
    from botocore import exceptions  # noqa: PLC0415 -- same as boto3

    messages: Mapping[tuple[type[Exception], ...], str] = {
        (exceptions.ProfileNotFound,): _UNKNOWN_PROFILE,
        (exceptions.NoCredentialsError, exceptions.PartialCredentialsError): _NO_CREDENTIALS,
        (
            exceptions.CredentialRetrievalError,
            exceptions.LoginError,
            exceptions.SSOError,
            exceptions.TokenRetrievalError,
        ): f"The AWS credentials cannot be used: {_RENEW}.",
        (exceptions.NoRegionError, exceptions.InvalidRegionError): _INVALID_REGION,
    }
    return next((text for types, text in messages.items() if isinstance(error, types)), "")


def _client_error_message(error: Mapping[str, object]) -> str:
    code = str(error.get("Code", ""))
    known = _MESSAGES.get(_ALIASES.get(code, code))
    return known or f"CloudWatch returned an error ({code}): {error.get('Message', '')}"


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
