"""The bucket for the access logs of the load balancer."""

from __future__ import annotations

import json
from typing import Final

import pulumi
import pulumi_aws as aws

_WRITER: Final = "logdelivery.elasticloadbalancing.amazonaws.com"


class AccessLog(pulumi.ComponentResource):
    """A private bucket that Elastic Load Balancing may write to, and that expires its objects."""

    bucket: pulumi.Output[str]
    needs: list[pulumi.Resource]  # a load balancer needs these to write

    def __init__(
        self,
        name: str,
        *,
        account: pulumi.Input[str],
        days: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("blog:infra:AccessLog", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-bucket", force_destroy=True, opts=child)
        block = aws.s3.BucketPublicAccessBlock(
            f"{name}-private",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-expiry",
            bucket=bucket.id,
            rules=[
                {
                    "id": "expire",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
                }
            ],
            opts=child,
        )
        policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.id,
            policy=pulumi.Output.all(bucket.arn, account).apply(lambda known: _policy(*known)),
            # A bucket refuses the second of two changes at the same time.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block]),
        )
        self.bucket, self.needs = bucket.id, [policy]
        self.register_outputs({"bucket": self.bucket})


def _policy(bucket_arn: str, account: str) -> str:
    """Let Elastic Load Balancing write the logs of this account.

    Source: user guide of Application Load Balancers, "Enable access logs". The account in the path
    keeps out the load balancers of other accounts.
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": _WRITER},
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn}/AWSLogs/{account}/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
