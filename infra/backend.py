"""The settings that both backends share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.policies import Grant
from infra.settings import Settings

# DynamoDB uses the key on behalf of each principal that reads or writes the table (DynamoDB
# developer guide, "Authorizing use of your customer managed key").
_KEY_ACTIONS: Final = (
    *("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
)


@dataclass(frozen=True, kw_only=True)
class BackendSettings:
    """The table, and the digest of the write token; without a digest, writes are open."""

    table: aws.dynamodb.Table
    write_token_sha256: pulumi.Output[str] | None

    @property
    def account(self) -> pulumi.Output[str]:
        """The id of the AWS account."""
        return self.table.arn.apply(lambda arn: arn.split(":")[4])

    def environment(self) -> dict[str, pulumi.Input[str]]:
        """Return the environment variables that both backends read."""
        variables: dict[str, pulumi.Input[str]] = {
            "TABLE_NAME": self.table.name,
            "OPEN_WRITES": "false" if self.write_token_sha256 else "true",
        }
        if self.write_token_sha256:
            variables["WRITE_TOKEN_SHA256"] = self.write_token_sha256
        return variables


def table_key_grants(settings: Settings) -> list[Grant]:
    """Return what the roles of both backends may do with the key of the table, if it has one."""
    return [(_KEY_ACTIONS, settings.table_key_arn)] if settings.table_key_arn else []
