"""The concurrency quota of an account."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from lab.aws import concurrency_quota

ACCOUNT = "123456789012"


class Services:
    """Stands for the clients of STS and Lambda."""

    def __init__(self, *, account=ACCOUNT, error=None):
        self.account, self.error = account, error

    def __call__(self, service, region):
        self.region = region
        return self

    def get_caller_identity(self):
        return {"Account": self.account}

    def get_account_settings(self):
        if self.error:
            raise self.error
        return {"AccountLimit": {"ConcurrentExecutions": 10}}


DENIED = ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccountSettings")


@pytest.mark.parametrize(
    ("services", "quota"),
    [
        (Services(), 10),
        (Services(account="999999999999"), None),
        (Services(error=DENIED), None),
        (Services(error=NoCredentialsError()), None),
    ],
)
def test_the_quota_is_that_of_the_account_of_the_stack_or_unknown(services, quota):
    assert concurrency_quota("eu-west-1", ACCOUNT, services) == quota
    assert services.region == "eu-west-1"


def test_without_credentials_the_quota_is_unknown(monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    assert concurrency_quota("us-east-1", ACCOUNT) is None
