"""DynamoDB."""

from localcloud.engine.provider import ProviderError
from tests.account.account import Result
from tests.account.handlers.base import ResourceHandler, chosen, found


class Table(ResourceHandler):
    def create(self, account, name, given):
        dynamodb = account.client("dynamodb")
        name = given.get("name", name)
        made = dynamodb.create_table(
            TableName=name,
            BillingMode=given["billingMode"],
            KeySchema=[{"AttributeName": given["hashKey"], "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": one["name"], "AttributeType": one["type"]}
                for one in given["attributes"]
            ],
            GlobalSecondaryIndexes=[_index(one) for one in given["globalSecondaryIndexes"]],
            SSESpecification=_encryption(given["serverSideEncryption"]),
            DeletionProtectionEnabled=given["deletionProtectionEnabled"],
            Tags=account.tag_list(),
        )["TableDescription"]
        self._keep_backups(account, name, given)
        return Result(name, {"name": name, "arn": made["TableArn"]})

    def update(self, account, identity, given, outputs):
        for member in ("billingMode", "hashKey", "attributes", "globalSecondaryIndexes"):
            if given.plain(member) != outputs[member]:
                raise ProviderError(f"{member} of a table with blogs is not changed here")
        account.client("dynamodb").update_table(
            TableName=identity,
            SSESpecification=_encryption(given["serverSideEncryption"]),
            **chosen(given, DeletionProtectionEnabled="deletionProtectionEnabled"),
        )
        self._keep_backups(account, identity, given)
        return {"name": identity, "arn": outputs["arn"]}

    def _keep_backups(self, account, name, given):
        enabled = given["pointInTimeRecovery"]["enabled"]
        account.client("dynamodb").update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )

    def delete(self, account, identity, outputs):
        account.client("dynamodb").delete_table(TableName=identity)

    def exists(self, account, identity, outputs):
        dynamodb = account.client("dynamodb")
        return found(
            lambda: dynamodb.describe_table(TableName=identity), "ResourceNotFoundException"
        )


def _encryption(given):
    if not given["enabled"]:
        return {"Enabled": False}
    return {"Enabled": True, "SSEType": "KMS", **chosen(given, KMSMasterKeyId="kmsKeyArn")}


def _index(given):
    return {
        "IndexName": given["name"],
        "KeySchema": [
            {"AttributeName": key["attributeName"], "KeyType": key["keyType"]}
            for key in given["keySchemas"]
        ],
        "Projection": {
            "ProjectionType": given["projectionType"],
            "NonKeyAttributes": given["nonKeyAttributes"],
        },
    }


HANDLERS = {"aws:dynamodb/table:Table": Table()}
