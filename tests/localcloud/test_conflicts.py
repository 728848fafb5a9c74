"""The local cloud refuses what AWS refuses while an old and a new resource exist."""

import asyncio

import pytest

from localcloud.engine.provider import ProviderError
from localcloud.provider.record import RecordingProvider
from localcloud.provider.registry import LocalProvider

SUBNET = "aws:ec2/subnet:Subnet"
RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
NETWORK = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1a"}
OPEN = {
    "securityGroupId": "sg-1",
    "ipProtocol": "tcp",
    "fromPort": 80,
    "toPort": 80,
    "cidrIpv4": "192.0.2.0/24",
}
CONFLICTS = [
    (SUBNET, NETWORK, {"availabilityZone": "eu-west-1b"}, "InvalidSubnet.Conflict: The CIDR"),
    (SUBNET, NETWORK, {"cidrBlock": "10.0.0.128/25"}, "'10.0.0.128/25' conflicts with another"),
    (
        RULE,
        OPEN,
        {"description": "again"},
        'InvalidPermission.Duplicate: the specified rule "peer: 192.0.2.0/24, TCP, from port: 80,',
    ),
    (
        "aws:cloudwatch/logGroup:LogGroup",
        {"name": "/ecs/blog"},
        {"retentionInDays": 7},
        "ResourceAlreadyExistsException: The specified log group already exists",
    ),
    (
        "aws:iam/role:Role",
        {"name": "reader"},
        {"path": "/blog/"},
        "EntityAlreadyExists: Role with name reader already exists.",
    ),
    (
        "aws:ec2/securityGroup:SecurityGroup",
        {"name": "tasks", "vpcId": "vpc-1"},
        {"description": "again"},
        "InvalidGroup.Duplicate: The security group 'tasks' already exists for VPC 'vpc-1'",
    ),
]
NO_CONFLICTS = [
    (SUBNET, NETWORK, {"cidrBlock": "10.0.1.0/24"}),
    (SUBNET, NETWORK, {"vpcId": "vpc-2"}),
    (RULE, OPEN, {"cidrIpv4": "198.51.100.0/24"}),
    (RULE, OPEN, {"fromPort": 443, "toPort": 443}),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "/ecs/blog"}, {"name": "/ecs/other"}),
    ("aws:iam/role:Role", {"path": "/"}, {"path": "/blog/"}),  # the names are generated
]


def create(provider, urn, type_, inputs):
    return asyncio.run(provider.create(f"urn:pulumi:one::{urn}", type_, urn, inputs))


@pytest.mark.parametrize(("type_", "inputs", "changed", "error"), CONFLICTS)
def test_second_resource_is_refused_with_the_error_of_aws(type_, inputs, changed, error):
    provider = LocalProvider(None)
    first = create(provider, "a", type_, inputs)
    with pytest.raises(ProviderError) as refused:
        create(provider, "b", type_, inputs | changed)

    assert error in str(refused.value)
    asyncio.run(provider.delete("urn:pulumi:one::a", type_, first, inputs))
    create(provider, "b", type_, inputs | changed)


@pytest.mark.parametrize(("type_", "inputs", "changed"), NO_CONFLICTS)
def test_different_resources_can_exist_at_once(type_, inputs, changed):
    provider = LocalProvider(None)
    create(provider, "a", type_, inputs)

    assert create(provider, "b", type_, inputs | changed)


def test_update_to_the_rule_of_another_resource_is_refused():
    provider = LocalProvider(None)
    first = create(provider, "a", RULE, OPEN)
    other = OPEN | {"cidrIpv4": "198.51.100.0/24"}
    create(provider, "b", RULE, other)
    with pytest.raises(ProviderError, match=r"InvalidPermission\.Duplicate"):
        asyncio.run(provider.update("urn:pulumi:one::a", RULE, first, OPEN, other))


def test_replacement_has_another_id_and_survives_a_restart(tmp_path):
    record = tmp_path / "deployed.json"
    provider = RecordingProvider(LocalProvider(None), record)
    old = create(provider, "a", SUBNET, NETWORK)
    with pytest.raises(ProviderError, match=r"InvalidSubnet\.Conflict"):
        create(provider, "a", SUBNET, NETWORK | {"availabilityZone": "eu-west-1b"})
    new = create(provider, "a", SUBNET, NETWORK | {"cidrBlock": "10.0.1.0/24"})
    asyncio.run(provider.delete("urn:pulumi:one::a", SUBNET, old, NETWORK))

    assert new.id != old.id
    restarted = RecordingProvider(LocalProvider(None), record)
    assert asyncio.run(restarted.restore()) == []
    assert asyncio.run(restarted.read("urn:pulumi:one::a", SUBNET, new)) == new
    assert asyncio.run(restarted.read("urn:pulumi:one::a", SUBNET, old)) is None


def test_return_to_earlier_inputs_survives_the_deletion_of_the_earlier_resource(tmp_path):
    provider = RecordingProvider(LocalProvider(None), tmp_path / "deployed.json")
    network = "aws:ec2/routeTable:RouteTable"
    first = create(provider, "a", network, {"vpcId": "vpc-1"})
    create(provider, "a", network, {"vpcId": "vpc-2"})  # this deployment fails later
    again = create(provider, "a", network, {"vpcId": "vpc-1"})
    asyncio.run(provider.delete("urn:pulumi:one::a", network, first, {"vpcId": "vpc-1"}))

    assert asyncio.run(provider.read("urn:pulumi:one::a", network, again)) == again


def test_resource_is_found_under_the_urn_of_its_alias(tmp_path):
    provider = RecordingProvider(LocalProvider(None), tmp_path / "deployed.json")
    rule = create(provider, "in-0", RULE, OPEN)
    renamed = "urn:pulumi:one::in-192.0.2.0-24"

    assert asyncio.run(provider.read(renamed, RULE, rule)) == rule
    asyncio.run(provider.delete(renamed, RULE, rule, OPEN))
    assert create(provider, "in-1", RULE, OPEN)
