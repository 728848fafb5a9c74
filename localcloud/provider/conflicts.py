"""What AWS refuses beside a resource that exists: a second one of its name, rule or range.

Pulumi creates a replacement before it deletes the old resource, so both exist for a while.
The errors are those of AWS, in its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

from localcloud.engine.provider import Properties, ProviderError


@dataclass(frozen=True)
class Unique:
    """No two resources may have the same values of these *inputs*, if all are set."""

    inputs: tuple[str, ...]
    error: str  # with the names of inputs in braces

    def conflict(self, old: Properties, new: Properties) -> str:
        """Return the error of AWS for *new* beside *old*, or ""."""
        is_same = all(key in new and old.get(key) == new[key] for key in self.inputs)
        return self.error.format_map(new) if is_same else ""


def _same_rule(old: Properties, new: Properties) -> str:
    keys = (
        *("securityGroupId", "ipProtocol", "fromPort", "toPort"),
        *("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    )
    if any(old.get(key) != new.get(key) for key in keys):
        return ""
    peer = next((new[key] for key in keys[4:] if new.get(key)), "")
    protocol = "ALL" if new["ipProtocol"] == "-1" else str(new["ipProtocol"]).upper()
    ports = f", from port: {new['fromPort']}, to port: {new['toPort']}" if "fromPort" in new else ""
    rule = f'"peer: {peer}, {protocol}{ports}, ALLOW"'
    return f"InvalidPermission.Duplicate: the specified rule {rule} already exists"


def _overlapping_subnet(old: Properties, new: Properties) -> str:
    ranges = [IPv4Network(one["cidrBlock"]) for one in (old, new)]
    if old["vpcId"] != new["vpcId"] or not ranges[0].overlaps(ranges[1]):
        return ""
    return f"InvalidSubnet.Conflict: The CIDR '{new['cidrBlock']}' conflicts with another subnet"


_Conflict = Callable[[Properties, Properties], str]
_ELB: Final = "with the same name '{name}' exists, but with different settings"
CONFLICTS: Final[Mapping[str, _Conflict]] = {
    "aws:apigatewayv2/route:Route": Unique(
        ("apiId", "routeKey"),
        "ConflictException: Route with key {routeKey} already exists for this API",
    ).conflict,
    "aws:apigatewayv2/stage:Stage": Unique(
        ("apiId", "name"), "ConflictException: Stage already exists"
    ).conflict,
    "aws:cloudwatch/logGroup:LogGroup": Unique(
        ("name",), "ResourceAlreadyExistsException: The specified log group already exists"
    ).conflict,
    "aws:dynamodb/table:Table": Unique(
        ("name",), "ResourceInUseException: Table already exists: {name}"
    ).conflict,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Unique(
        ("subnetId",),
        "Resource.AlreadyAssociated: the specified association for route table {routeTableId} "
        "conflicts with an existing association",
    ).conflict,
    "aws:ec2/securityGroup:SecurityGroup": Unique(
        ("vpcId", "name"),
        "InvalidGroup.Duplicate: The security group '{name}' already exists for VPC '{vpcId}'",
    ).conflict,
    "aws:ec2/subnet:Subnet": _overlapping_subnet,
    "aws:ecs/service:Service": Unique(
        ("cluster", "name"),
        "InvalidParameterException: Creation of service was not idempotent.",
    ).conflict,
    "aws:iam/role:Role": Unique(
        ("name",), "EntityAlreadyExists: Role with name {name} already exists."
    ).conflict,
    "aws:lambda/alias:Alias": Unique(
        ("functionName", "name"), "ResourceConflictException: Alias already exists: {name}"
    ).conflict,
    "aws:lambda/function:Function": Unique(
        ("name",), "ResourceConflictException: Function already exist: {name}"
    ).conflict,
    "aws:lb/loadBalancer:LoadBalancer": Unique(
        ("name",), f"DuplicateLoadBalancerName: A load balancer {_ELB}"
    ).conflict,
    "aws:lb/targetGroup:TargetGroup": Unique(
        ("name",), f"DuplicateTargetGroupName: A target group {_ELB}"
    ).conflict,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _same_rule,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _same_rule,
}


class Existing:
    """The inputs of the resources that exist, by type and identity."""

    def __init__(self) -> None:
        self._inputs: dict[str, dict[str, Properties]] = {}

    def claim(self, identity: str, type_: str, inputs: Properties) -> None:
        """Add or change a resource; raise ProviderError if AWS would refuse it."""
        if type_ not in CONFLICTS:
            return
        for other, olds in self._inputs.get(type_, {}).items():
            error = CONFLICTS[type_](olds, inputs) if other != identity else ""
            if error:
                raise ProviderError(error)
        self.set(identity, type_, inputs)

    def set(self, identity: str, type_: str, inputs: Properties) -> None:
        """Add or change a resource without a check."""
        self._inputs.setdefault(type_, {})[identity] = inputs

    def release(self, identity: str, type_: str) -> None:
        """Remove a resource."""
        self._inputs.get(type_, {}).pop(identity, None)
