"""The contents of the account after both stacks are deployed."""

import json

import pytest

from tests.account.account import ACCOUNT_ID, REGION
from tests.account.conftest import PLAIN, RICH
from tests.account.provider import UNSENT
from tests.account.queries import AccountQueries
from tests.infra.variants import KEY

# The function of each route, from the API contract and not from the program.
HANDLER_OF = {
    "$default": "get_blogs",
    "GET /": "get_blogs",
    "HEAD /": "get_blogs",
    "GET /blog": "get_blogs",
    "HEAD /blog": "get_blogs",
    "POST /blog": "post_blog",
    "GET /blog/{id}": "get_blog",
    "HEAD /blog/{id}": "get_blog",
    "PUT /blog/{id}": "put_blog",
    "DELETE /blog/{id}": "delete_blog",
}


def test_all_created_resources_are_in_the_account(both_up, deployments):
    for deployment in deployments.values():
        assert deployment.missing() == []


def test_each_input_that_is_not_sent_has_a_reason(both_up, deployments):
    declared = {one.type_: one.inputs for one in deployments[PLAIN].made()}

    for type_, inputs in UNSENT.items():
        assert inputs.keys() <= declared[type_].keys()
        assert all(inputs.values())


def test_each_route_reaches_its_function(account, outputs):
    routes = account.routes(outputs["ApiId"])

    handlers = {
        route: account.function(function.partition(":")[0])["Handler"]
        for route, function in routes.items()
    }
    assert handlers == {route: f"lambda_src.handlers.{name}" for route, name in HANDLER_OF.items()}


def test_only_the_api_may_invoke_the_functions_of_its_routes(account, outputs):
    api = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{outputs['ApiId']}/*"
    for function in set(account.routes(outputs["ApiId"]).values()):
        name, _, alias = function.partition(":")
        (statement,) = account.permissions(name, **({"Qualifier": alias} if alias else {}))

        assert statement["Effect"] == "Allow"
        assert statement["Action"] == "lambda:InvokeFunction"
        assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
        assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": api}}
        assert statement["Resource"].endswith(f":function:{function}")


def test_stage_deploys_automatically_and_has_an_access_log(account, outputs):
    (stage,) = account.listed("apigatewayv2", "get_stages", "Items", ApiId=outputs["ApiId"])

    assert stage["StageName"] == outputs["ApiStage"]
    assert stage["AutoDeploy"] is True
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] == 1000
    group = stage["AccessLogSettings"]["DestinationArn"].partition(":log-group:")[2]
    assert account.log_groups()[group]
    assert json.loads(stage["AccessLogSettings"]["Format"])["routeKey"] == "$context.routeKey"


def test_functions_url_is_the_url_of_the_stage(outputs):
    host = f"{outputs['ApiId']}.execute-api.{REGION}.amazonaws.com"
    assert outputs["FunctionsURL"] == f"https://{host}/{outputs['ApiStage']}"


def test_alias_names_the_published_version(account, both_up):
    for name in both_up[RICH]["FunctionNames"].values():
        alias = account.client("lambda").get_alias(FunctionName=name, Name="live")
        versions = account.listed(
            "lambda", "list_versions_by_function", "Versions", FunctionName=name
        )
        assert alias["FunctionVersion"] == versions[-1]["Version"] != "$LATEST"


def test_http_listener_forwards_to_the_targets_of_the_service(account, both_up):
    outputs = both_up[PLAIN]
    listeners = account.listeners(outputs["LoadBalancerDimension"])

    (to_service,) = account.service(outputs)["loadBalancers"]
    assert list(listeners) == [80]
    (action,) = listeners[80]["DefaultActions"]
    assert action["Type"] == "forward"
    assert action["TargetGroupArn"] == to_service["targetGroupArn"]


def test_with_a_certificate_http_redirects_and_https_forwards(account, both_up, rich_settings):
    outputs = both_up[RICH]
    listeners = account.listeners(outputs["LoadBalancerDimension"])

    (to_service,) = account.service(outputs)["loadBalancers"]
    assert sorted(listeners) == [80, 443]
    (redirect,) = listeners[80]["DefaultActions"]
    assert redirect["Type"] == "redirect"
    assert redirect["RedirectConfig"]["Protocol"] == "HTTPS"
    assert redirect["RedirectConfig"]["Port"] == "443"
    assert redirect["RedirectConfig"]["StatusCode"] == "HTTP_301"
    (action,) = listeners[443]["DefaultActions"]
    assert action["TargetGroupArn"] == to_service["targetGroupArn"]
    (certificate,) = listeners[443]["Certificates"]
    assert certificate["CertificateArn"] == rich_settings["certificateArn"]


def test_targets_and_health_checks_use_the_container_port(account, outputs):
    (to_service,) = account.service(outputs)["loadBalancers"]
    (group,) = account.listed(
        "elbv2",
        "describe_target_groups",
        "TargetGroups",
        TargetGroupArns=[to_service["targetGroupArn"]],
    )

    container = account.container(outputs)
    assert group["TargetGroupArn"].endswith(outputs["TargetGroupDimension"])
    assert container["name"] == to_service["containerName"]
    (port,) = {one["containerPort"] for one in container["portMappings"]}
    assert port == to_service["containerPort"] == group["Port"]
    assert {"name": "PORT", "value": str(port)} in container["environment"]
    assert group["HealthCheckPath"] == "/"
    assert group["Matcher"] == {"HttpCode": "200"}


def test_deregistration_delay_is_below_the_stop_timeout(account, outputs):
    (to_service,) = account.service(outputs)["loadBalancers"]
    attributes = account.client("elbv2").describe_target_group_attributes(
        TargetGroupArn=to_service["targetGroupArn"]
    )["Attributes"]
    delay = {one["Key"]: one["Value"] for one in attributes}["deregistration_delay.timeout_seconds"]

    container = account.container(outputs)
    assert int(delay) <= container["stopTimeout"]


def test_tasks_have_a_collector_of_traces_only_if_set(account, both_up):
    others = {
        stack: [
            one["name"]
            for one in account.task(outputs)["containerDefinitions"]
            if not one["essential"]
        ]
        for stack, outputs in both_up.items()
    }
    assert others == {PLAIN: [], RICH: ["collector"]}


def test_domain_name_is_an_alias_of_the_load_balancer(account, both_up, rich_settings):
    records = account.listed(
        "route53",
        "list_resource_record_sets",
        "ResourceRecordSets",
        HostedZoneId=rich_settings["hostedZoneId"],
    )
    (alias,) = [one["AliasTarget"] for one in records if "AliasTarget" in one]

    balancer = account.balancer(both_up[RICH]["LoadBalancerDimension"])
    assert alias["DNSName"].rstrip(".") == balancer["DNSName"]
    assert alias["HostedZoneId"] == balancer["CanonicalHostedZoneId"]
    assert both_up[RICH]["ContainersURL"] == f"https://{rich_settings['domainName']}"
    plain = account.balancer(both_up[PLAIN]["LoadBalancerDimension"])
    assert both_up[PLAIN]["ContainersURL"] == f"http://{plain['DNSName']}"


def test_each_role_is_assumed_only_by_its_service(account, outputs):
    task = account.task(outputs)
    functions = [account.function(name) for name in outputs["FunctionNames"].values()]

    wanted = {one["Role"]: {"Service": "lambda.amazonaws.com"} for one in functions}
    for role in (task["taskRoleArn"], task["executionRoleArn"]):
        wanted[role] = {"Service": "ecs-tasks.amazonaws.com"}
    assert len(wanted) == len(functions) + 2
    assert {role: account.trusted(role) for role in wanted} == wanted


def test_table_has_feed_index_backups_and_protection(account, outputs):
    dynamodb, name = account.client("dynamodb"), outputs["TableName"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=name)

    assert table["KeySchema"] == [{"AttributeName": "id", "KeyType": "HASH"}]
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "feed"
    assert [key["KeyType"] for key in index["KeySchema"]] == ["HASH", "RANGE"]
    projected = {"title", "author", "created_at", "updated_at", "version", "contents_bytes"}
    assert set(index["Projection"]["NonKeyAttributes"]) == projected
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    point_in_time = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert point_in_time["PointInTimeRecoveryStatus"] == "ENABLED"


def test_table_has_a_key_of_the_account_only_if_set(account, both_up):
    dynamodb = account.client("dynamodb")
    keys = {
        stack: dynamodb.describe_table(TableName=outputs["TableName"])["Table"]
        .get("SSEDescription", {})
        .get("KMSMasterKeyArn")
        for stack, outputs in both_up.items()
    }
    assert keys == {PLAIN: None, RICH: KEY}


def test_table_is_protected_only_if_set(account, both_up):
    dynamodb = account.client("dynamodb")
    protected = {
        stack: dynamodb.describe_table(TableName=outputs["TableName"])["Table"][
            "DeletionProtectionEnabled"
        ]
        for stack, outputs in both_up.items()
    }
    assert protected == {PLAIN: False, RICH: True}


def test_all_log_groups_in_use_exist(account, outputs):
    groups = account.log_groups()
    written = [f"/aws/lambda/{name}" for name in outputs["FunctionNames"].values()]
    container = account.container(outputs)
    options = container["logConfiguration"]["options"]
    written.append(options["awslogs-group"])

    assert options["awslogs-region"] == REGION == outputs["Region"]
    assert outputs["AccountId"] == ACCOUNT_ID
    assert all(groups[name] for name in written)


def test_host_output_is_the_name_of_the_load_balancer(account, outputs):
    balancer = account.balancer(outputs["LoadBalancerDimension"])

    assert outputs["LoadBalancerHost"] == balancer["DNSName"]


def test_tasks_are_reachable_only_from_the_load_balancer(account, outputs):
    balancer = account.balancer(outputs["LoadBalancerDimension"])
    network = account.service(outputs)["networkConfiguration"]["awsvpcConfiguration"]
    groups = account.client("ec2").describe_security_groups(GroupIds=network["securityGroups"])

    (ingress,) = [rule for group in groups["SecurityGroups"] for rule in group["IpPermissions"]]
    (source,) = ingress["UserIdGroupPairs"]
    assert [source["GroupId"]] == balancer["SecurityGroups"]
    assert (ingress["FromPort"], ingress["ToPort"]) == (8080, 8080)
    assert ingress["IpRanges"] == []


@pytest.mark.parametrize(
    ("stack", "ports", "ranges"),
    [
        (PLAIN, {80}, {"0.0.0.0/0"}),
        (RICH, {80, 443}, {"192.0.2.0/24", "198.51.100.0/24"}),
    ],
)
def test_load_balancer_is_reachable_from_the_allowed_cidrs(account, both_up, stack, ports, ranges):
    balancer = account.balancer(both_up[stack]["LoadBalancerDimension"])
    (group,) = account.client("ec2").describe_security_groups(GroupIds=balancer["SecurityGroups"])[
        "SecurityGroups"
    ]

    reached = {
        (rule["FromPort"], one["CidrIp"])
        for rule in group["IpPermissions"]
        for one in rule["IpRanges"]
    }
    assert reached == {(port, cidr) for port in ports for cidr in ranges}


def test_subnets_are_in_two_zones_and_reach_the_internet(account, outputs):
    balancer = account.balancer(outputs["LoadBalancerDimension"])
    zones = {one["ZoneName"]: one["SubnetId"] for one in balancer["AvailabilityZones"]}
    network = account.service(outputs)["networkConfiguration"]["awsvpcConfiguration"]
    tables = account.listed("ec2", "describe_route_tables", "RouteTables")

    assert len(zones) == 2
    assert sorted(zones.values()) == sorted(network["subnets"])
    for subnet in zones.values():
        (table,) = [t for t in tables for a in t["Associations"] if a.get("SubnetId") == subnet]
        gateways = {
            route["GatewayId"]
            for route in table["Routes"]
            if route.get("DestinationCidrBlock") == "0.0.0.0/0"
        }
        (gateway,) = account.client("ec2").describe_internet_gateways(
            InternetGatewayIds=list(gateways)
        )["InternetGateways"]
        assert [one["VpcId"] for one in gateway["Attachments"]] == [balancer["VpcId"]]


def test_dynamodb_endpoint_is_regional_and_in_every_route_table(account, outputs):
    vpc = account.balancer(outputs["LoadBalancerDimension"])["VpcId"]
    own = [{"Name": "vpc-id", "Values": [vpc]}]
    (way,) = account.listed("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=own)
    services = account.listed("ec2", "describe_vpc_endpoint_services", "ServiceNames")
    tables = account.listed("ec2", "describe_route_tables", "RouteTables", Filters=own)

    assert way["ServiceName"] == f"com.amazonaws.{REGION}.dynamodb"
    assert way["ServiceName"] in services
    assert way["VpcEndpointType"] == "Gateway"
    assert set(way["RouteTableIds"]) == {
        one["RouteTableId"]
        for table in tables
        for one in table["Associations"]
        if one.get("SubnetId")
    }


def test_alarms_and_dashboard_use_existing_resources(account, outputs):
    (dashboard,) = [
        one
        for one in account.inventory()["dashboards"]
        if outputs["DashboardURL"].endswith(f"/{one}")
    ]
    body = account.client("cloudwatch").get_dashboard(DashboardName=dashboard)["DashboardBody"]
    there = {
        "ApiId": {outputs["ApiId"]},
        "ClusterName": {outputs["ClusterName"]},
        "FunctionName": set(outputs["FunctionNames"].values()),
        "GlobalSecondaryIndexName": {outputs["TableIndex"]},
        "LoadBalancer": {outputs["LoadBalancerDimension"]},
        "ServiceName": {outputs["ServiceName"]},
        "Stage": {outputs["ApiStage"]},
        "TableName": {outputs["TableName"]},
        "TargetGroup": {outputs["TargetGroupDimension"]},
    }

    watched = _dimensions_of_alarms(account, dashboard) + _dimensions_of(json.loads(body))
    assert {name for name, _ in watched} >= there.keys() - {"ClusterName"}
    assert [(name, value) for name, value in watched if value not in there[name]] == []


def _dimensions_of_alarms(account, prefix):
    alarms = account.listed("cloudwatch", "describe_alarms", "MetricAlarms")
    own = [one for one in alarms if one["AlarmDescription"].startswith(f"{prefix}: ")]
    assert len(own) == 10
    return [
        (dimension["Name"], dimension["Value"])
        for alarm in own
        for query in alarm["Metrics"]
        if "MetricStat" in query
        for dimension in query["MetricStat"]["Metric"]["Dimensions"]
    ]


def _dimensions_of(dashboard):
    found = []
    for widget in dashboard["widgets"]:
        for metric in widget.get("properties", {}).get("metrics", []):
            texts = [part for part in metric[2:] if isinstance(part, str)]
            found += zip(texts[::2], texts[1::2], strict=True)
    own = "service"  # the dimension of the backends' own metrics
    return [(name, value) for name, value in found if name not in {"Operation", own}]


def test_autoscaling_targets_the_existing_service(account, outputs):
    (target,) = [
        one
        for one in account.listed(
            "application-autoscaling",
            "describe_scalable_targets",
            "ScalableTargets",
            ServiceNamespace="ecs",
        )
        if one["ResourceId"].startswith(f"service/{outputs['ClusterName']}/")
    ]
    assert target["ResourceId"].endswith(f"/{outputs['ServiceName']}")
    desired = account.service(outputs)["desiredCount"]
    assert target["MinCapacity"] <= desired < target["MaxCapacity"]


def test_autoscaling_by_requests_names_the_existing_target_group(account, both_up):
    (policy,) = [
        one
        for one in account.listed(
            "application-autoscaling",
            "describe_scaling_policies",
            "ScalingPolicies",
            ServiceNamespace="ecs",
        )
        if one["ResourceId"].startswith(f"service/{both_up[RICH]['ClusterName']}/")
    ]
    metric = policy["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]

    assert metric["PredefinedMetricType"] == "ALBRequestCountPerTarget"
    label = (both_up[RICH]["LoadBalancerDimension"], both_up[RICH]["TargetGroupDimension"])
    assert metric["ResourceLabel"] == "/".join(label)


def test_email_goes_to_the_address_of_the_setting(account, both_up):
    (subscription,) = account.listed("sns", "list_subscriptions", "Subscriptions")
    alarms = account.listed("cloudwatch", "describe_alarms", "MetricAlarms")

    own = [one for one in alarms if one["AlarmDescription"].startswith("blog-")]
    actions = {tuple(one["AlarmActions"]) for one in own}
    assert subscription["Endpoint"] == "team@example.com"
    assert actions == {(), (subscription["TopicArn"],)}


def test_tasks_get_the_tags_of_their_service(account, outputs):
    assert account.service(outputs)["propagateTags"] == "SERVICE"


def test_budget_counts_its_stack_and_sends_email(account, both_up):
    (budget,) = account.listed("budgets", "describe_budgets", "Budgets", AccountId=ACCOUNT_ID)
    notifications = account.listed(
        *("budgets", "describe_notifications_for_budget", "Notifications"),
        AccountId=ACCOUNT_ID,
        BudgetName=budget["BudgetName"],
    )

    assert budget["BudgetLimit"] == {"Amount": "25", "Unit": "USD"}
    assert budget["TimeUnit"] == "MONTHLY"
    assert budget["CostFilters"] == {"TagKeyValue": [f"user:stack${RICH}"]}
    assert {one["NotificationType"] for one in notifications} == {"ACTUAL", "FORECASTED"}
    assert {one["Threshold"] for one in notifications} == {100}


def test_inventory_covers_every_service_in_use(endpoint, deployments, both_up):
    account = AccountQueries(endpoint)
    account.inventory()

    used = frozenset().union(*(one.services for one in deployments.values()))
    assert len(used) > 10
    assert used - account.services == set()


def test_all_taggable_resources_have_the_tags_of_the_stack(account, both_up):
    tagged = account.listed("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList")
    by_stack = {PLAIN: 0, RICH: 0}
    for one in tagged:
        tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        if tags.get("stack") in by_stack:  # other tests deploy other stacks
            assert tags["project"] == "aws-blog-demo"
            by_stack[tags["stack"]] += 1
            assert tags.get("team") == ("web" if tags["stack"] == RICH else None)
    assert all(by_stack.values())
