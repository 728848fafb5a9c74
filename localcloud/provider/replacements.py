"""The inputs whose change replaces a resource, by type.

Each has a source: the property that AWS lists as create-only in its schema of the CloudFormation
type (docs/replacements.md links the reference; a test compares), or `ASSUMED` where only the
provider's behavior is known. `make golden` writes docs/replacements.md from this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from localcloud.engine.provider import Properties
from localcloud.engine.replacements import Replacements, has_same_name

ASSUMED: Final = "assumed"


def _create_only(resource: str, **inputs: str) -> dict[str, str]:
    """Return *inputs* with their sources: each names a property of a CloudFormation type."""
    return {name: f"AWS::{resource} {word}" for name, word in inputs.items()}


def _assumed(*inputs: str) -> dict[str, str]:
    return dict.fromkeys(inputs, ASSUMED)


def _of_a_task_definition(*names: str) -> Iterable[tuple[str, str]]:
    """Return the inputs of a task definition: any change makes a new revision."""
    return ((name, name[0].upper() + name[1:]) for name in names)


REPLACE_ON_CHANGES: Final[Mapping[str, Mapping[str, str]]] = {
    "aws:apigatewayv2/api:Api": _create_only("ApiGatewayV2::Api", protocolType="ProtocolType"),
    "aws:apigatewayv2/integration:Integration": {
        **_create_only("ApiGatewayV2::Integration", apiId="ApiId"),
        **_assumed("integrationType"),
    },
    "aws:apigatewayv2/route:Route": _create_only("ApiGatewayV2::Route", apiId="ApiId"),
    "aws:apigatewayv2/stage:Stage": _create_only(
        "ApiGatewayV2::Stage", apiId="ApiId", name="StageName"
    ),
    "aws:appautoscaling/policy:Policy": _create_only(
        "ApplicationAutoScaling::ScalingPolicy",
        name="PolicyName",
        resourceId="ResourceId",
        scalableDimension="ScalableDimension",
        serviceNamespace="ServiceNamespace",
    ),
    "aws:appautoscaling/target:Target": _create_only(
        "ApplicationAutoScaling::ScalableTarget",
        resourceId="ResourceId",
        scalableDimension="ScalableDimension",
        serviceNamespace="ServiceNamespace",
    ),
    "aws:budgets/budget:Budget": _assumed("name"),
    "aws:cloudwatch/dashboard:Dashboard": _create_only(
        "CloudWatch::Dashboard", dashboardName="DashboardName"
    ),
    "aws:cloudwatch/logGroup:LogGroup": _create_only("Logs::LogGroup", name="LogGroupName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _create_only("CloudWatch::Alarm", name="AlarmName"),
    "aws:dynamodb/table:Table": _create_only(
        "DynamoDB::Table", name="TableName", hashKey="KeySchema", rangeKey="KeySchema"
    ),
    "aws:ec2/routeTable:RouteTable": _create_only("EC2::RouteTable", vpcId="VpcId"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _create_only(
        "EC2::SubnetRouteTableAssociation", subnetId="SubnetId"
    ),
    "aws:ec2/securityGroup:SecurityGroup": _create_only(
        "EC2::SecurityGroup", description="GroupDescription", name="GroupName", vpcId="VpcId"
    ),
    "aws:ec2/subnet:Subnet": _create_only(
        "EC2::Subnet", availabilityZone="AvailabilityZone", cidrBlock="CidrBlock", vpcId="VpcId"
    ),
    "aws:ec2/vpc:Vpc": _create_only("EC2::VPC", cidrBlock="CidrBlock"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _create_only(
        "EC2::VPCEndpoint",
        serviceName="ServiceName",
        vpcEndpointType="VpcEndpointType",
        vpcId="VpcId",
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _assumed("repository"),
    "aws:ecr/repository:Repository": _create_only(
        "ECR::Repository", name="RepositoryName", encryptionConfigurations="EncryptionConfiguration"
    ),
    "aws:ecs/cluster:Cluster": _create_only("ECS::Cluster", name="ClusterName"),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": _create_only(
        "ECS::ClusterCapacityProviderAssociations", clusterName="Cluster"
    ),
    "aws:ecs/service:Service": _create_only(
        "ECS::Service", cluster="Cluster", launchType="LaunchType", name="ServiceName"
    ),
    "aws:ecs/taskDefinition:TaskDefinition": _create_only(
        "ECS::TaskDefinition",
        **dict(
            _of_a_task_definition(
                *("containerDefinitions", "cpu", "executionRoleArn", "family", "memory"),
                *("networkMode", "requiresCompatibilities", "runtimePlatform", "taskRoleArn"),
                "volumes",
            )
        ),
    ),
    "aws:iam/role:Role": _create_only("IAM::Role", name="RoleName", path="Path"),
    "aws:iam/rolePolicy:RolePolicy": _create_only(
        "IAM::RolePolicy", name="PolicyName", role="RoleName"
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _assumed("policyArn", "role"),
    "aws:lambda/alias:Alias": _create_only(
        "Lambda::Alias", functionName="FunctionName", name="Name"
    ),
    "aws:lambda/function:Function": _create_only(
        "Lambda::Function", name="FunctionName", packageType="PackageType"
    ),
    "aws:lambda/permission:Permission": {
        **_create_only(
            "Lambda::Permission",
            action="Action",
            function="FunctionName",
            principal="Principal",
            sourceArn="SourceArn",
        ),
        **_assumed("qualifier"),
    },
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": _assumed(
        "functionName", "qualifier"
    ),
    "aws:lb/listener:Listener": _create_only(
        "ElasticLoadBalancingV2::Listener", loadBalancerArn="LoadBalancerArn"
    ),
    "aws:lb/loadBalancer:LoadBalancer": _create_only(
        "ElasticLoadBalancingV2::LoadBalancer",
        internal="Scheme",
        loadBalancerType="Type",
        name="Name",
    ),
    "aws:lb/targetGroup:TargetGroup": _create_only(
        "ElasticLoadBalancingV2::TargetGroup",
        name="Name",
        port="Port",
        protocol="Protocol",
        targetType="TargetType",
        vpcId="VpcId",
    ),
    "aws:route53/record:Record": {
        **_create_only("Route53::RecordSet", zoneId="HostedZoneId"),
        **_assumed("name", "type"),
    },
    "aws:sns/topic:Topic": _create_only("SNS::Topic", fifoTopic="FifoTopic", name="TopicName"),
    "aws:sns/topicSubscription:TopicSubscription": _create_only(
        "SNS::Subscription", endpoint="Endpoint", protocol="Protocol", topic="TopicArn"
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _create_only(
        "EC2::SecurityGroupEgress", securityGroupId="GroupId"
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _create_only(
        "EC2::SecurityGroupIngress", securityGroupId="GroupId"
    ),
    "random:index/randomPassword:RandomPassword": _assumed("length", "special"),
}
# Only one of these can exist here: it has a port of this machine, or a place in the state folder.
_ONLY_ONE: Final = (
    "aws:apigatewayv2/api:Api",
    "aws:apigatewayv2/stage:Stage",
    "aws:lb/listener:Listener",
    "aws:lb/loadBalancer:LoadBalancer",
    "random:index/randomPassword:RandomPassword",
)


def _deletes_first(type_: str, olds: Properties, news: Properties) -> bool:
    return type_ in _ONLY_ONE or has_same_name(type_, olds, news)


REPLACEMENTS: Final = Replacements(REPLACE_ON_CHANGES, _deletes_first)
"""How the local cloud replaces resources."""
