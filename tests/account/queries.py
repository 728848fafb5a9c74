"""The contents of the emulated account, as its services list them."""

import json

from tests.account.account import ACCOUNT_ID, connect


class AccountQueries:
    """Queries the account, never the state of a deployment."""

    def __init__(self, endpoint):
        self._endpoint = endpoint
        self._clients = {}

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = connect(service, self._endpoint)
        return self._clients[service]

    def listed(self, service, operation, key, **arguments):
        """Return all items of *operation* under *key*, from every page."""
        client = self.client(service)
        if not client.can_paginate(operation):
            return getattr(client, operation)(**arguments)[key]
        pages = client.get_paginator(operation).paginate(**arguments)
        return [one for page in pages for one in page[key]]

    def routes(self, api):
        """Return the function or alias behind each route of an HTTP API."""
        named = {
            one["IntegrationId"]: one["IntegrationUri"]
            for one in self.listed("apigatewayv2", "get_integrations", "Items", ApiId=api)
        }
        routes = self.listed("apigatewayv2", "get_routes", "Items", ApiId=api)
        return {
            one["RouteKey"]: _function(named[one["Target"].removeprefix("integrations/")])
            for one in routes
        }

    def balancer(self, dimension):
        """Return the load balancer with this CloudWatch dimension."""
        (found,) = [
            one
            for one in self.listed("elbv2", "describe_load_balancers", "LoadBalancers")
            if one["LoadBalancerArn"].endswith(f":loadbalancer/{dimension}")
        ]
        return found

    def listeners(self, dimension):
        """Return the listeners of a load balancer by port."""
        arn = self.balancer(dimension)["LoadBalancerArn"]
        found = self.listed("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
        return {one["Port"]: one for one in found}

    def service(self, outputs):
        """Return the service that the outputs name."""
        (found,) = self.client("ecs").describe_services(
            cluster=outputs["ClusterName"], services=[outputs["ServiceName"]]
        )["services"]
        return found

    def task(self, outputs):
        """Return the task definition of the service."""
        wanted = self.service(outputs)["taskDefinition"]
        return self.client("ecs").describe_task_definition(taskDefinition=wanted)["taskDefinition"]

    def container(self, outputs):
        """Return the definition of the container whose end ends the task."""
        containers = self.task(outputs)["containerDefinitions"]
        (found,) = (one for one in containers if one["essential"])
        return found

    def is_registered(self, task_definition):
        """Return True if tasks of the definition can be started."""
        described = self.client("ecs").describe_task_definition(taskDefinition=task_definition)
        return described["taskDefinition"]["status"] == "ACTIVE"

    def function(self, name):
        return self.client("lambda").get_function(FunctionName=name)["Configuration"]

    def permissions(self, function, **qualifier):
        """Return the statements of the resource policy of a function."""
        policy = self.client("lambda").get_policy(FunctionName=function, **qualifier)["Policy"]
        return json.loads(policy)["Statement"]

    def trusted(self, role_arn):
        """Return the services that may assume a role."""
        role = self.client("iam").get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRole"
        assert statement["Effect"] == "Allow"
        return statement["Principal"]

    def log_groups(self):
        """Return the retention of each log group in days."""
        groups = self.listed("logs", "describe_log_groups", "logGroups")
        return {one["logGroupName"]: one.get("retentionInDays") for one in groups}

    def inventory(self):
        """Return the names of everything in all services that the program uses."""
        found = {
            name: sorted(self._names(*question, **_OF.get(question[0], {})))
            for name, question in _LISTS.items()
        }
        return {**found, "clusters": self._clusters(), "records": self._records()}

    @property
    def services(self):
        """The services queried so far."""
        return frozenset(self._clients)

    def _names(self, service, operation, key, member, **arguments):
        listed = self.listed(service, operation, key, **arguments)
        if member is None:
            return listed
        return [one[member] for one in listed if one.get("State") != "deleted"]

    def _records(self):
        """Return the record names of every zone."""
        zones = self.listed("route53", "list_hosted_zones", "HostedZones")
        return sorted(
            f"{one['Type']} {one['Name']}"
            for zone in zones
            for one in self.listed(
                *("route53", "list_resource_record_sets", "ResourceRecordSets"),
                HostedZoneId=zone["Id"],
            )
        )

    def _clusters(self):
        """Return the clusters that are not deleted."""
        ecs = self.client("ecs")
        listed = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
        return sorted(one["clusterArn"] for one in listed if one["status"] != "INACTIVE")


def _function(uri):
    return uri.partition(":function:")[2].removesuffix("/invocations")


# Owner arguments of services that list resources of others too.
_OF = {
    "application-autoscaling": {"ServiceNamespace": "ecs"},
    "budgets": {"AccountId": ACCOUNT_ID},
}
# Without parts that are deleted with their parent: routes, listeners, security group rules.
_LISTS = {
    "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    "apis": ("apigatewayv2", "get_apis", "Items", "ApiId"),
    "balancers": ("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerArn"),
    "budgets": ("budgets", "describe_budgets", "Budgets", "BudgetName"),
    "buckets": ("s3", "list_buckets", "Buckets", "Name"),
    "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    "endpoints": ("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
    "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
    "gateways": ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "groups": ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    "interfaces": (
        *("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ),
    "limits": (
        *("application-autoscaling", "describe_scalable_targets", "ScalableTargets", "ResourceId"),
    ),
    "logs": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    "policies": (
        *("application-autoscaling", "describe_scaling_policies", "ScalingPolicies", "PolicyARN"),
    ),
    "repositories": ("ecr", "describe_repositories", "repositories", "repositoryName"),
    "roles": ("iam", "list_roles", "Roles", "RoleName"),
    "route tables": ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    "rules": (
        *("ec2", "describe_security_group_rules", "SecurityGroupRules", "SecurityGroupRuleId"),
    ),
    "subnets": ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    "subscriptions": ("sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    "tables": ("dynamodb", "list_tables", "TableNames", None),
    "targets": ("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupArn"),
    "tasks": ("ecs", "list_task_definitions", "taskDefinitionArns", None),
    "topics": ("sns", "list_topics", "Topics", "TopicArn"),
    "vpcs": ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
}
