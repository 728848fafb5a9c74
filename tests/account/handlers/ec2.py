"""EC2: the network and its security groups."""

from tests.account.account import Result
from tests.account.handlers.base import ResourceHandler, chosen, found, ignoring


def _tags(account, type_):
    return [{"ResourceType": type_, "Tags": account.tag_list()}]


class _Described(ResourceHandler):
    """A resource that EC2 describes by its id."""

    describe = ""
    ids = ""
    gone = ""

    def exists(self, account, identity, outputs):
        ask = getattr(account.client("ec2"), self.describe)

        def listed():
            answer = ask(**{self.ids: [identity]})
            return next(value for key, value in answer.items() if isinstance(value, list))

        return found(listed, self.gone)


class Vpc(_Described):
    describe, ids, gone = "describe_vpcs", "VpcIds", "InvalidVpcID.NotFound"

    def create(self, account, name, given):
        ec2 = account.client("ec2")
        vpc = ec2.create_vpc(CidrBlock=given["cidrBlock"], TagSpecifications=_tags(account, "vpc"))[
            "Vpc"
        ]["VpcId"]
        ec2.modify_vpc_attribute(
            VpcId=vpc, EnableDnsHostnames={"Value": given["enableDnsHostnames"]}
        )
        return Result(vpc, {})

    def delete(self, account, identity, outputs):
        account.client("ec2").delete_vpc(VpcId=identity)


class InternetGateway(_Described):
    describe, ids = "describe_internet_gateways", "InternetGatewayIds"
    gone = "InvalidInternetGatewayID.NotFound"

    def create(self, account, name, given):
        ec2 = account.client("ec2")
        made = ec2.create_internet_gateway(TagSpecifications=_tags(account, "internet-gateway"))
        gateway = made["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=given["vpcId"])
        return Result(gateway, {})

    def delete(self, account, identity, outputs):
        ec2 = account.client("ec2")
        ec2.detach_internet_gateway(InternetGatewayId=identity, VpcId=outputs["vpcId"])
        ec2.delete_internet_gateway(InternetGatewayId=identity)


class RouteTable(_Described):
    describe, ids, gone = "describe_route_tables", "RouteTableIds", "InvalidRouteTableID.NotFound"

    def create(self, account, name, given):
        ec2 = account.client("ec2")
        made = ec2.create_route_table(
            VpcId=given["vpcId"], TagSpecifications=_tags(account, "route-table")
        )
        table = made["RouteTable"]["RouteTableId"]
        for route in given["routes"]:
            ec2.create_route(
                RouteTableId=table,
                DestinationCidrBlock=route["cidrBlock"],
                GatewayId=route["gatewayId"],
            )
        return Result(table, {})

    def delete(self, account, identity, outputs):
        account.client("ec2").delete_route_table(RouteTableId=identity)


class Subnet(_Described):
    describe, ids, gone = "describe_subnets", "SubnetIds", "InvalidSubnetID.NotFound"

    def create(self, account, name, given):
        ec2 = account.client("ec2")
        subnet = ec2.create_subnet(
            VpcId=given["vpcId"],
            CidrBlock=given["cidrBlock"],
            AvailabilityZone=given["availabilityZone"],
            TagSpecifications=_tags(account, "subnet"),
        )["Subnet"]["SubnetId"]
        ec2.modify_subnet_attribute(
            SubnetId=subnet, MapPublicIpOnLaunch={"Value": given["mapPublicIpOnLaunch"]}
        )
        return Result(subnet, {})

    def delete(self, account, identity, outputs):
        account.client("ec2").delete_subnet(SubnetId=identity)


class RouteTableAssociation(ResourceHandler):
    def create(self, account, name, given):
        made = account.client("ec2").associate_route_table(
            RouteTableId=given["routeTableId"], SubnetId=given["subnetId"]
        )
        return Result(made["AssociationId"], {})

    def delete(self, account, identity, outputs):
        account.client("ec2").disassociate_route_table(AssociationId=identity)

    def exists(self, account, identity, outputs):
        tables = account.client("ec2").describe_route_tables()["RouteTables"]
        return identity in [
            one["RouteTableAssociationId"] for table in tables for one in table["Associations"]
        ]


class VpcEndpoint(_Described):
    describe, ids, gone = (
        "describe_vpc_endpoints",
        "VpcEndpointIds",
        "InvalidVpcEndpointId.NotFound",
    )

    def create(self, account, name, given):
        made = account.client("ec2").create_vpc_endpoint(
            VpcId=given["vpcId"],
            ServiceName=given["serviceName"],
            VpcEndpointType=given["vpcEndpointType"],
            RouteTableIds=given["routeTableIds"],
            TagSpecifications=_tags(account, "vpc-endpoint"),
        )
        return Result(made["VpcEndpoint"]["VpcEndpointId"], {})

    def delete(self, account, identity, outputs):
        account.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[identity])

    def exists(self, account, identity, outputs):
        listed = account.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
        return identity in [one["VpcEndpointId"] for one in listed if one["State"] != "deleted"]


class SecurityGroup(_Described):
    describe, ids, gone = "describe_security_groups", "GroupIds", "InvalidGroup.NotFound"

    def create(self, account, name, given):
        ec2 = account.client("ec2")
        group = ec2.create_security_group(
            GroupName=name,
            Description=given["description"],
            VpcId=given["vpcId"],
            TagSpecifications=_tags(account, "security-group"),
        )["GroupId"]
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        # The provider removes the default egress rule of a new group.
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
        return Result(group, {"name": name})

    def delete(self, account, identity, outputs):
        account.client("ec2").delete_security_group(GroupId=identity)


class SecurityGroupRule(ResourceHandler):
    def __init__(self, direction):
        self._direction = direction

    def create(self, account, name, given):
        ec2 = account.client("ec2")
        authorize = getattr(ec2, f"authorize_security_group_{self._direction}")
        made = authorize(
            GroupId=given["securityGroupId"],
            IpPermissions=[_permission(given)],
            TagSpecifications=_tags(account, "security-group-rule"),
        )
        return Result(made["SecurityGroupRules"][0]["SecurityGroupRuleId"], {})

    def delete(self, account, identity, outputs):
        ec2 = account.client("ec2")
        revoke = getattr(ec2, f"revoke_security_group_{self._direction}")
        with ignoring("InvalidGroup.NotFound"):
            revoke(GroupId=outputs["securityGroupId"], SecurityGroupRuleIds=[identity])

    def exists(self, account, identity, outputs):
        listed = account.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
        return identity in [rule["SecurityGroupRuleId"] for rule in listed]


def _permission(given):
    permission = chosen(given, IpProtocol="ipProtocol", FromPort="fromPort", ToPort="toPort")
    if "cidrIpv4" in given:
        permission["IpRanges"] = [{"CidrIp": given["cidrIpv4"]}]
    if "referencedSecurityGroupId" in given:
        permission["UserIdGroupPairs"] = [{"GroupId": given["referencedSecurityGroupId"]}]
    return permission


HANDLERS = {
    "aws:ec2/internetGateway:InternetGateway": InternetGateway(),
    "aws:ec2/routeTable:RouteTable": RouteTable(),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": RouteTableAssociation(),
    "aws:ec2/securityGroup:SecurityGroup": SecurityGroup(),
    "aws:ec2/subnet:Subnet": Subnet(),
    "aws:ec2/vpc:Vpc": Vpc(),
    "aws:ec2/vpcEndpoint:VpcEndpoint": VpcEndpoint(),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": SecurityGroupRule("egress"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": SecurityGroupRule("ingress"),
}
