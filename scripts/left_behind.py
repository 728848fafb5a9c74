"""Find what is left in an account after a stack is destroyed, by its names and by its tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import boto3

# How each service lists names: operation, key of the list, key of the name (None: the item is it).
# Parts that AWS deletes with their parent, such as routes and rules, are left out.
LISTS: Final = (
    ("apigatewayv2", "get_apis", "Items", "ApiId"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("dynamodb", "list_tables", "TableNames", None),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ecr", "describe_repositories", "repositories", "repositoryName"),
    ("ecs", "list_task_definitions", "taskDefinitionArns", None),
    ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
)


def names(resources: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the ids and ARNs of the *resources* in a stack's state."""
    own = [one for one in resources if one.get("custom") and one["type"].startswith("aws:")]
    arns = {one.get("outputs", {}).get("arn") for one in own}
    return {one["id"] for one in own if one.get("id")} | {arn for arn in arns if arn}


def tags(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the tags that tell the stack from others: those of its URNs."""
    for one in resources:
        _, _, stack, project, *_ = one["urn"].replace("::", ":").split(":")
        return {"project": project, "stack": stack}
    return {}


def find_names(session: boto3.Session, wanted: set[str]) -> list[str]:
    """Return what exists under one of the *wanted* names, as `service name`."""
    found = [
        f"{service} {name}"
        for service, operation, key, member in LISTS
        for name in _listed(session, service, operation, key, member)
        if name in wanted
    ]
    return sorted(found + [f"ecs {arn}" for arn in _active_clusters(session, wanted)])


def find_tagged(session: boto3.Session, wanted: Mapping[str, str]) -> list[str]:
    """Return the ARNs of what has all of the *wanted* tags."""
    if not wanted:
        return []
    pages = (
        session.client("resourcegroupstaggingapi")
        .get_paginator("get_resources")
        .paginate(TagFilters=[{"Key": key, "Values": [value]} for key, value in wanted.items()])
    )
    return sorted(one["ResourceARN"] for page in pages for one in page["ResourceTagMappingList"])


def _active_clusters(session: boto3.Session, wanted: set[str]) -> list[str]:
    """Return the *wanted* clusters that exist: ECS also knows deleted ones for some time."""
    arns = [one for one in wanted if ":cluster/" in one]
    described = session.client("ecs").describe_clusters(clusters=arns)["clusters"] if arns else []
    return [one["clusterArn"] for one in described if one["status"] == "ACTIVE"]


def _listed(
    session: boto3.Session, service: str, operation: str, key: str, member: str | None
) -> list[str]:
    client = session.client(service)
    if client.can_paginate(operation):
        pages = client.get_paginator(operation).paginate()
    else:
        pages = [getattr(client, operation)()]
    return [one[member] if member else one for page in pages for one in page[key]]
