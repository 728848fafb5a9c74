"""Every declared resource that stores data is encrypted, or its reason is listed here.

Each resource type is in one of these tables; add new types.
"""

import itertools

import pytest

from tests.infra.variants import KEY, VARIANTS

TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"

# Always encrypted by AWS, with the key in the settings if there is one.
BY_SETTING = {
    TABLE: "DynamoDB developer guide, Encryption at rest: with a key of DynamoDB by default",
}
# Always encrypted by AWS, with the source.
BY_AWS = {
    "aws:cloudwatch/logGroup:LogGroup": (
        "CloudWatch Logs user guide, Encrypt log data: log groups are always encrypted"
    ),
    "aws:ecr/repository:Repository": (
        "ECR user guide, Encryption at rest: AES-256 under keys of S3 unless another is declared"
    ),
    "aws:ecs/taskDefinition:TaskDefinition": (
        "ECS developer guide, Fargate task ephemeral storage: AES-256 since platform 1.4.0"
    ),
    "aws:s3/bucket:Bucket": "S3 user guide: every new object is encrypted with SSE-S3 by default",
    "aws:lambda/function:Function": (
        "Lambda developer guide, Data protection: variables, packages and snapshots always are"
    ),
    "random:index/randomPassword:RandomPassword": (
        "Pulumi, Secrets: only in the stack's state, where secrets are encrypted (test_secrets.py)"
    ),
}
# Not encrypted, with the reason.
NOT_ENCRYPTED = {
    TOPIC: (
        "alarms cannot publish to a topic under AWS's own key alias/aws/sns, whose policy does not "
        "let CloudWatch in and cannot be changed (SNS developer guide, Managing encryption keys); "
        "a key of one's own costs by the month, for an alarm's name and state"
    ),
    "aws:budgets/budget:Budget": (
        "only the amount, the tag and the mail address, which the account's administrators see; "
        "AWS Budgets takes no key"
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        "the mail address is metadata of the topic, which no key covers (Securing data with SSE)"
    ),
}
# Stores no data besides its declaration.
NOTHING_STORED = {
    "aws:apigatewayv2": ("api:Api", "integration:Integration", "route:Route", "stage:Stage"),
    "aws:appautoscaling": ("policy:Policy", "target:Target"),
    "aws:cloudwatch": ("dashboard:Dashboard", "metricAlarm:MetricAlarm"),
    "aws:ec2": (
        *("internetGateway:InternetGateway", "routeTable:RouteTable", "subnet:Subnet", "vpc:Vpc"),
        *("routeTableAssociation:RouteTableAssociation", "securityGroup:SecurityGroup"),
        "vpcEndpoint:VpcEndpoint",
    ),
    "aws:ecr": ("lifecyclePolicy:LifecyclePolicy",),
    "aws:ecs": (
        *("cluster:Cluster", "service:Service"),
        "clusterCapacityProviders:ClusterCapacityProviders",
    ),
    "aws:iam": (
        *("role:Role", "rolePolicy:RolePolicy"),
        "rolePolicyAttachment:RolePolicyAttachment",
    ),
    "aws:lambda": (
        *("alias:Alias", "permission:Permission"),
        "provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    ),
    "aws:lb": ("listener:Listener", "loadBalancer:LoadBalancer", "targetGroup:TargetGroup"),
    "aws:route53": ("record:Record",),
    "aws:s3": (
        *("bucketPolicy:BucketPolicy", "bucketPublicAccessBlock:BucketPublicAccessBlock"),
        "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    ),
    "aws:vpc": (
        "securityGroupEgressRule:SecurityGroupEgressRule",
        "securityGroupIngressRule:SecurityGroupIngressRule",
    ),
    "docker-build": ("index:Image",),  # kept in the repository
    "pulumi": ("providers:aws",),
}


def known():
    """Yield the types of all tables."""
    for package, types in NOTHING_STORED.items():
        mark = "/" if package.startswith("aws:") else ":"
        yield from (f"{package}{mark}{type_}" for type_ in types)
    yield from itertools.chain(BY_SETTING, BY_AWS, NOT_ENCRYPTED)


def own_keys(inputs):
    return [key for key in inputs if "kms" in key.lower() or "encrypt" in key.lower()]


def test_each_declared_type_is_in_exactly_one_table(variants):
    declared = {one.type_ for name in VARIANTS for one in variants(name).resources}

    assert sorted(known()) == sorted(declared)


def test_table_has_the_key_in_the_settings_or_that_of_dynamodb(variants):
    keys = {
        name: variants(name).called("blogs", TABLE).inputs["serverSideEncryption"]
        for name in VARIANTS
    }

    assert keys == {
        "defaults": {"enabled": False},
        "everything": {"enabled": True, "kmsKeyArn": KEY},
        "prepared": {"enabled": False},
    }


@pytest.mark.parametrize("type_", [*BY_AWS, *NOT_ENCRYPTED])
def test_resources_encrypted_by_default_name_no_key(variant, type_):
    for name, inputs in variant.of(type_).items():
        assert own_keys(inputs) == [], name


def test_only_alarms_publish_to_the_unencrypted_topic(variants):
    program = variants("everything")
    (topic,) = (one for one in program.resources if one.type_ == TOPIC)
    alarms = program.of("aws:cloudwatch/metricAlarm:MetricAlarm").values()

    assert {arn for one in alarms for arn in one["alarmActions"]} == {topic.outputs["arn"]}
