"""The settings that both backends share."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class BackendSettings:
    """The table, and the digest of the write token; without a digest, writes are open."""

    table: aws.dynamodb.Table
    write_token_sha256: pulumi.Output[str] | None

    def environment(self) -> dict[str, pulumi.Input[str]]:
        """Return the environment variables that both backends read."""
        variables: dict[str, pulumi.Input[str]] = {
            "TABLE_NAME": self.table.name,
            "OPEN_WRITES": "false" if self.write_token_sha256 else "true",
        }
        if self.write_token_sha256:
            variables["WRITE_TOKEN_SHA256"] = self.write_token_sha256
        return variables
