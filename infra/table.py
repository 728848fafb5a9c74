"""The table and its index, the feed."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from blog import schema
from infra.settings import Settings


def _encryption(settings: Settings) -> aws.dynamodb.TableServerSideEncryptionArgsDict:
    """Return the key of the table: the given one, else the key of DynamoDB, which is free.

    For DynamoDB, "not enabled" means that key. A table is always encrypted.
    """
    key = settings.table_key_arn
    return {"enabled": True, "kms_key_arn": key} if key else {"enabled": False}


def blogs_table(
    name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
) -> aws.dynamodb.Table:
    """Declare the table that `blog.schema` describes.

    Pulumi's own protection stops a `pulumi destroy` before it deletes anything. AWS's protection
    alone would stop it at the table, which is deleted after all that depends on it.
    """
    keys = (schema.TABLE_KEY, schema.FEED_PARTITION, schema.FEED_POSITION)
    return aws.dynamodb.Table(
        name,
        billing_mode="PAY_PER_REQUEST",
        hash_key=schema.TABLE_KEY,
        attributes=[{"name": key, "type": "S"} for key in keys],
        global_secondary_indexes=[
            {
                "name": schema.FEED_INDEX,
                "key_schemas": [
                    {"attribute_name": schema.FEED_PARTITION, "key_type": "HASH"},
                    {"attribute_name": schema.FEED_POSITION, "key_type": "RANGE"},
                ],
                "projection_type": "INCLUDE",
                "non_key_attributes": list(schema.NON_KEY_ATTRIBUTES),
            }
        ],
        point_in_time_recovery={"enabled": True},
        server_side_encryption=_encryption(settings),
        deletion_protection_enabled=settings.deletion_protection,
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(protect=settings.deletion_protection)
        ),
    )
