"""Two public subnets in two zones, with an internet gateway and an endpoint for DynamoDB."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

_ZONES: Final = 2  # some regions have no third zone for new accounts
# Zones without Fargate, by id, because the name of a zone differs between accounts.
_WITHOUT_FARGATE: Final = (
    # Amazon ECS developer guide, "AWS Fargate Regions": usw1-az1 and usw1-az3 only; apne1-az1,
    # apne1-az2 and apne1-az4 only. Its older page "Amazon ECS on AWS Fargate" also: cac1-az1 and
    # cac1-az2 only.
    *("usw1-az2", "apne1-az3", "cac1-az3", "cac1-az4"),
    # Reported not to start ARM64 tasks, the default; AWS does not document this.
    "use1-az3",
)


class Network(pulumi.ComponentResource):
    """The network of the containers backend, without a NAT gateway or other hourly charges."""

    vpc_id: pulumi.Output[str]
    subnet_ids: list[pulumi.Output[str]]
    egress_resources: list[pulumi.Resource]  # what runs in the network needs these

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("blog:infra:Network", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        vpc = aws.ec2.Vpc(
            f"{name}-vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True, opts=child
        )
        gateway = aws.ec2.InternetGateway(f"{name}-internet", vpc_id=vpc.id, opts=child)
        routes = aws.ec2.RouteTable(
            f"{name}-routes",
            vpc_id=vpc.id,
            routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}],
            opts=child,
        )
        region = aws.get_region_output(opts=pulumi.InvokeOptions(parent=self)).region
        endpoint = aws.ec2.VpcEndpoint(
            f"{name}-dynamodb",
            vpc_id=vpc.id,
            service_name=pulumi.Output.concat("com.amazonaws.", region, ".dynamodb"),
            vpc_endpoint_type="Gateway",
            route_table_ids=[routes.id],
            opts=child,
        )
        self.egress_resources = [gateway, endpoint]
        self.vpc_id = vpc.id
        self.subnet_ids = self._subnets(name, vpc, routes)
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_ids": self.subnet_ids})

    def _subnets(
        self, name: str, vpc: aws.ec2.Vpc, routes: aws.ec2.RouteTable
    ) -> list[pulumi.Output[str]]:
        child = pulumi.ResourceOptions(parent=self)
        # The list can change. A subnet keeps its zone: its replacement would have the same address
        # range, and is created first, which EC2 refuses (pulumi/pulumi-awsx#910).
        in_zone = pulumi.ResourceOptions(parent=self, ignore_changes=["availabilityZone"])
        zones = self._zones()
        ids = []
        for number in range(_ZONES):
            subnet = aws.ec2.Subnet(
                f"{name}-public-{number}",
                vpc_id=vpc.id,
                cidr_block=f"10.0.{number}.0/24",
                availability_zone=zones[number],
                map_public_ip_on_launch=True,
                opts=in_zone,
            )
            association = aws.ec2.RouteTableAssociation(
                f"{name}-public-{number}",
                subnet_id=subnet.id,
                route_table_id=routes.id,
                opts=child,
            )
            self.egress_resources.append(association)
            ids.append(subnet.id)
        return ids

    def _zones(self) -> pulumi.Output[list[str]]:
        found = aws.get_availability_zones_output(
            state="available",
            # Without Local Zones, which may have neither load balancers nor Fargate.
            filters=[{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
            exclude_zone_ids=list(_WITHOUT_FARGATE),
            opts=pulumi.InvokeOptions(parent=self),
        )
        return pulumi.Output.all(found.id, found.names).apply(lambda all_: _usable(*all_))


def allow_all_out(
    name: str, group: aws.ec2.SecurityGroup, opts: pulumi.ResourceOptions
) -> aws.vpc.SecurityGroupEgressRule:
    """Allow all outbound traffic, for images, logs and the table."""
    return aws.vpc.SecurityGroupEgressRule(
        name, security_group_id=group.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0", opts=opts
    )


def _usable(region: str, zones: list[str]) -> list[str]:
    if len(zones) < _ZONES:
        raise pulumi.RunError(
            f"region {region} has {len(zones)} availability zones with Fargate that this account "
            f"can use, but the load balancer needs {_ZONES}. Choose another region: pulumi config "
            "set aws:region REGION"
        )
    return zones
