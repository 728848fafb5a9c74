"""Resource types that AWS needs and this machine does not: accepted, and nothing runs for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from localcloud.engine.provider import Outcome, Properties
from localcloud.provider.base import ResourceHandler, arn, physical_name, resource_id

_Arn = Callable[[str, str], str]
"""Makes the ARN of a resource from its id and its name."""


def _ec2(resource: str) -> _Arn:
    return lambda identity, _name: arn("ec2", f"{resource}/{identity}")


def _by_id(identity: str, _name: str) -> str:
    return identity


# The prefix of each type's ids (None where the name is the id), and its ARN.
INERT: Final[Mapping[str, tuple[str | None, _Arn]]] = {
    "aws:appautoscaling/policy:Policy": (
        None,
        lambda _identity, name: arn("autoscaling", f"scalingPolicy:{name}"),
    ),
    "aws:budgets/budget:Budget": (
        None,
        lambda _identity, name: arn("budgets", f"budget/{name}", region=""),
    ),
    "aws:cloudwatch/dashboard:Dashboard": (
        None,
        lambda _identity, name: arn("cloudwatch", f"dashboard/{name}"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        None,
        lambda _identity, name: arn("cloudwatch", f"alarm:{name}"),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        None,
        lambda _identity, name: arn("logs", f"log-group:{name}"),
    ),
    "aws:ec2/internetGateway:InternetGateway": ("igw", _ec2("internet-gateway")),
    "aws:ec2/routeTable:RouteTable": ("rtb", _ec2("route-table")),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("rtbassoc", _ec2("association")),
    "aws:ec2/securityGroup:SecurityGroup": ("sg", _ec2("security-group")),
    "aws:ec2/subnet:Subnet": ("subnet", _ec2("subnet")),
    "aws:ec2/vpc:Vpc": ("vpc", _ec2("vpc")),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpce", _ec2("vpc-endpoint")),
    "aws:ecs/cluster:Cluster": (None, lambda _identity, name: arn("ecs", f"cluster/{name}")),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": ("providers", _by_id),
    "aws:iam/role:Role": (None, lambda _identity, name: arn("iam", f"role/{name}", region="")),
    "aws:iam/rolePolicy:RolePolicy": (
        None,
        lambda _identity, name: arn("iam", f"policy/{name}", region=""),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("attachment", _by_id),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": ("reserved", _by_id),
    "aws:sns/topic:Topic": (None, lambda _identity, name: arn("sns", name)),
    "aws:sns/topicSubscription:TopicSubscription": (
        "subscription",
        lambda identity, _name: arn("sns", identity),
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "sgr",
        _ec2("security-group-rule"),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "sgr",
        _ec2("security-group-rule"),
    ),
    "pulumi:providers:aws": ("provider", _by_id),
    "pulumi:providers:random": ("provider", _by_id),
}


class InertHandler(ResourceHandler):
    """A resource of which only the id, the name and the ARN matter."""

    def __init__(self, type_: str) -> None:
        self._prefix, self._arn = INERT[type_]

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        physical = physical_name(urn, name, inputs)
        identity = resource_id(self._prefix, urn) if self._prefix else physical
        outputs = {"name": physical, "arn": self._arn(identity, physical)}
        return Outcome(identity, {**outputs, **inputs})


def handlers() -> dict[str, ResourceHandler]:
    """Return a handler for each inert type."""
    return {type_: InertHandler(type_) for type_ in INERT}
