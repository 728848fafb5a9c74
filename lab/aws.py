"""CloudWatch through boto3: the only module that imports it, and only when something is asked."""

from __future__ import annotations

import ipaddress
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lab.metrics import MOST_QUERIES, MetricsError, Points, Query, Window

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricDataQueryTypeDef

_CONNECT_S: Final = 5
_READ_S: Final = 15
_NEW_CREDENTIALS: Final = "get new ones (`aws sso login`, or new keys), then try again"
_BY_CODE: Final = {
    "AccessDenied": "AWS refuses: allow cloudwatch:GetMetricData to the credentials in use.",
    "ExpiredToken": f"The AWS credentials have expired: {_NEW_CREDENTIALS}.",
    "InvalidClientTokenId": f"AWS does not know these credentials: {_NEW_CREDENTIALS}.",
    "SignatureDoesNotMatch": (
        "AWS refuses the signature: check the secret key, and that this machine's clock is right."
    ),
    "Throttling": "CloudWatch throttles this account: wait a minute, then try again.",
}
_SAME: Final = {
    "AccessDeniedException": "AccessDenied",
    "UnauthorizedOperation": "AccessDenied",
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "SignatureDoesNotMatch",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "ThrottlingException": "Throttling",
    "RequestLimitExceeded": "Throttling",
    "TooManyRequestsException": "Throttling",
}
_NOWHERE: Final = (None, None, os.devnull, None)
_NOBODY: Final = {  # botocore's settings, without those of the person
    "profile": (None, None, None, None),
    "config_file": _NOWHERE,
    "credentials_file": _NOWHERE,
}
_MADE_UP: Final = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
_NO_CREDENTIALS: Final = (
    "No AWS credentials were found: run `aws configure` or `aws sso login`, or set AWS_PROFILE."
)


class CloudWatch:
    """Answers queries; each call blocks, so screens ask in a thread.

    *endpoint* is that of a local cloud: it is asked with made-up credentials, past any proxy, and
    whatever the person's own settings of AWS are.
    """

    def __init__(self, region: str, endpoint: str | None = None) -> None:
        if endpoint is not None and not _is_loopback(endpoint):
            raise MetricsError(
                "CloudWatchEndpoint is no address of this machine: only a local cloud has one."
            )
        self._region = region
        self._endpoint = endpoint
        self._client: CloudWatchClient | None = None

    @property
    def is_local(self) -> bool:
        """It belongs to a local cloud, and costs nothing."""
        return self._endpoint is not None

    @property
    def place(self) -> str:
        """Who answers, for people."""
        return self._endpoint or f"CloudWatch in {self._region}"

    def ask(self, queries: Sequence[Query], window: Window) -> dict[str, Points]:
        """Give each query's points by its id; raises MetricsError when there are none to be had."""
        answers: dict[str, Points] = {}
        with _errors(self.place):
            if self._client is None:
                self._client = self._open()
            for first in range(0, len(queries), MOST_QUERIES):
                answers |= _asked(self._client, queries[first : first + MOST_QUERIES], window)
        return answers

    def _open(self) -> CloudWatchClient:
        import boto3  # noqa: PLC0415 -- 0.3 s, for nobody but those who want metrics
        import botocore.session  # noqa: PLC0415 -- likewise
        from botocore.config import Config  # noqa: PLC0415 -- likewise

        config = Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"mode": "standard", "max_attempts": 2},
            user_agent_extra="aws-blog-demo",
        )
        settings: dict[str, object] = {}
        if self.is_local:
            nobody = botocore.session.Session(session_vars=_NOBODY)
            settings = {"botocore_session": nobody, **_MADE_UP}
        session = boto3.Session(**settings)
        client: CloudWatchClient = session.client(
            "cloudwatch",
            region_name=self._region,
            endpoint_url=self._endpoint,
            config=config.merge(Config(proxies={})) if self.is_local else config,
        )
        return client


def _asked(
    client: CloudWatchClient, queries: Sequence[Query], window: Window
) -> Mapping[str, Points]:
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[_query(query, window) for query in queries],
        StartTime=datetime.fromtimestamp(window.start, UTC),
        EndTime=datetime.fromtimestamp(window.end, UTC),
        ScanBy="TimestampAscending",
    )
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for page in pages:
        for result in page["MetricDataResults"]:
            moments = (moment.timestamp() for moment in result["Timestamps"])
            found[result["Id"]] += zip(moments, result["Values"], strict=True)
    return found


def _query(query: Query, window: Window) -> MetricDataQueryTypeDef:
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
def _errors(place: str) -> Iterator[None]:
    """Turn what boto3 raises into one sentence with the next step."""
    from botocore import exceptions as theirs  # noqa: PLC0415 -- as boto3

    try:
        yield
    except theirs.ClientError as error:
        raise MetricsError(_refusal(error.response.get("Error", {}))) from error
    except theirs.ProfileNotFound as error:
        raise MetricsError(
            "AWS_PROFILE names no profile: `aws configure list-profiles` lists those there are."
        ) from error
    except (theirs.NoCredentialsError, theirs.PartialCredentialsError) as error:
        raise MetricsError(_NO_CREDENTIALS) from error
    except (
        theirs.CredentialRetrievalError,
        theirs.LoginError,
        theirs.SSOError,
        theirs.TokenRetrievalError,
    ) as error:
        raise MetricsError(f"The AWS credentials cannot be used: {_NEW_CREDENTIALS}.") from error
    except (theirs.NoRegionError, theirs.InvalidRegionError) as error:
        raise MetricsError("The output Region is no region of AWS: check the outputs.") from error
    except (theirs.HTTPClientError, theirs.ConnectionError) as error:
        raise MetricsError(
            f"{place} does not answer: check the network (and the proxy), then try again."
        ) from error
    except (theirs.BotoCoreError, ValueError) as error:  # an answer may be no JSON, nor text
        raise MetricsError(f"{place} cannot be asked: {error}") from error


def _refusal(error: Mapping[str, object]) -> str:
    code = str(error.get("Code", ""))
    known = _BY_CODE.get(_SAME.get(code, code))
    return known or f"CloudWatch refuses ({code}): {error.get('Message', '')}"


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
