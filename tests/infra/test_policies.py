"""Rules for the declarations of every stack. Every exception is listed here with its reason."""

from fnmatch import fnmatchcase

import pytest

from infra.functions import OPERATIONS
from tests.infra.documents import statements
from tests.infra.variants import KEY

# Wildcard resources: (policy, resource) and the reason.
WILDCARDS = {
    ("functions-*-log-policy", "arn:aws:cloudwatch:*:logGroup/functions-*-log:*"): (
        "Lambda names the streams; they are all in the function's own log group"
    ),
    (
        "containers-lb-log-policy",
        "arn:aws:s3:*:bucket/containers-lb-log-bucket/AWSLogs/000000000000/*",
    ): "the load balancer names the files by date; they are all below its account's folder",
    ("functions-*-trace-policy", "*"): "X-Ray's actions know no resources",
    ("containers-task-policy", "*"): "X-Ray's actions know no resources",
}
# Managed policies, and the reason.
MANAGED = {
    "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy": (
        "made by AWS for exactly this: pulling an image and writing a log before the task runs"
    ),
}
TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/blogs"
FEED = f"{TABLE}/index/feed"
# The DynamoDB actions that the code uses.
GRANTS = {
    "functions-GetBlogs-role": {("BatchGetItem", TABLE), ("Query", FEED)},
    "functions-GetBlog-role": {("GetItem", TABLE)},
    "functions-PostBlog-role": {("GetItem", TABLE), ("PutItem", TABLE)},
    "functions-PutBlog-role": {("GetItem", TABLE), ("PutItem", TABLE)},
    "functions-DeleteBlog-role": {("DeleteItem", TABLE), ("GetItem", TABLE)},
    "containers-task-role": {
        *((f"{verb}Item", TABLE) for verb in ("BatchGet", "Delete", "Get", "Put")),
        ("Query", FEED),
    },
}
# Fixed physical names: (type, name) and the reason. A fixed name blocks a replacement that creates
# the new resource first.
FIXED_NAMES = {
    ("aws:apigatewayv2/api:Api", "functions-api"): "no name has to be unique among APIs",
    ("aws:apigatewayv2/stage:Stage", "functions-stage"): "part of the URL; unique within its API",
    ("aws:cloudwatch/dashboard:Dashboard", "*"): "people look for it; put in place, never replaced",
    ("aws:cloudwatch/logGroup:LogGroup", "containers-log"): "people look for it",
    ("aws:cloudwatch/logGroup:LogGroup", "functions-access-log"): "the prefix spares a policy",
    ("aws:cloudwatch/logGroup:LogGroup", "functions-*-log"): "Lambda writes to this name",
    ("aws:ecs/taskDefinition:TaskDefinition", "*"): "a family: each definition is a revision of it",
    ("aws:lambda/alias:Alias", "*"): "unique within its function",
    ("aws:lambda/function:Function", "*"): "people look for it",
    ("aws:route53/record:Record", "*"): "the setting domainName",
}
# Changes of inputs that are ignored: (type, input) and the reason.
IGNORED = {
    ("aws:ec2/subnet:Subnet", "availabilityZone"): "a replacement would have the same range",
    ("aws:ecs/service:Service", "desiredCount"): "autoscaling sets it",
}
NAMING = ("name", "family", "dashboardName")


def grants(program):
    """Return the actions and resources of the policies of each role."""
    found = {}
    for one in statements(program):
        for action in one.actions:
            for resource in one.resources:
                found.setdefault(one.role, set()).add((action, resource))
    return found


def test_policies_name_their_actions_services_and_roles(variant):
    for one in statements(variant):
        assert one.effect == "Allow"
        assert one.actions
        assert not [action for action in one.actions if "*" in action or "?" in action], one
        assert one.resources or one.services, one


def test_each_wildcard_resource_has_a_reason(variant):
    for one in statements(variant):
        for resource in one.resources:
            if "*" in resource:
                assert any(
                    fnmatchcase(one.owner, owner) and fnmatchcase(resource, allowed)
                    for owner, allowed in WILDCARDS
                    if allowed != "*" or resource == "*"
                ), (one.owner, resource)


def test_no_reason_for_a_wildcard_is_left_over(variants):
    used = {
        (one.owner, resource)
        for one in statements(variants("everything"))
        for resource in one.resources
    }

    for owner, allowed in WILDCARDS:
        assert any(fnmatchcase(o, owner) and fnmatchcase(r, allowed) for o, r in used), owner


def test_each_managed_policy_has_a_reason(variant):
    attached = variant.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment").values()

    assert {one["policyArn"] for one in attached} == set(MANAGED)


def test_each_role_has_only_the_table_actions_of_its_code(variant):
    found = {
        role: {
            (action.removeprefix("dynamodb:"), resource)
            for action, resource in allowed
            if action.startswith("dynamodb:")
        }
        for role, allowed in grants(variant).items()
    }

    assert {role: allowed for role, allowed in found.items() if allowed} == GRANTS


def test_functions_write_only_logs_and_traces_besides_the_table(variants):
    writing = {"logs:CreateLogStream", "logs:PutLogEvents"}
    tracing = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}

    for name, expected in (("defaults", writing), ("everything", writing | tracing)):
        for role, allowed in grants(variants(name)).items():
            if role.startswith("functions-"):
                other = {
                    action for action, _ in allowed if not action.startswith(("dynamodb:", "kms:"))
                }
                assert other == expected, role


def test_tasks_send_only_traces_besides_the_table(variants):
    for name, expected in (("defaults", set()), ("everything", {("xray:PutTraceSegments", "*")})):
        allowed = grants(variants(name))["containers-task-role"]

        assert {one for one in allowed if not one[0].startswith(("dynamodb:", "kms:"))} == expected


def test_only_the_backends_use_the_key_of_the_table_if_it_has_one(variants):
    users = {name: key_users(variants(name)) for name in ("defaults", "everything")}
    functions = {f"functions-{one.function}-role" for one in OPERATIONS}

    assert users == {
        "defaults": {},
        "everything": {role: {KEY} for role in (*functions, "containers-task-role")},
    }


def key_users(program):
    """Return the keys that each role may use."""
    found = {
        role: {resource for action, resource in allowed if action.startswith("kms:")}
        for role, allowed in grants(program).items()
    }
    return {role: keys for role, keys in found.items() if keys}


def test_function_writes_only_to_its_own_log(variant):
    logs = "arn:aws:cloudwatch:eu-west-1:000000000000:logGroup"
    for role, allowed in grants(variant).items():
        for action, resource in allowed:
            if action.startswith("logs:"):
                assert resource == f"{logs}/{role.removesuffix('-role')}-log:*"


def test_each_role_trusts_only_the_service_that_runs_it(variant):
    trusted = {
        one.role: one.services for one in statements(variant) if one.services and not one.resources
    }
    users = {
        one["role"]: ("lambda.amazonaws.com",)
        for one in variant.of("aws:lambda/function:Function").values()
    }
    for one in variant.of("aws:ecs/taskDefinition:TaskDefinition").values():
        for key in ("taskRoleArn", "executionRoleArn"):
            users[one[key]] = ("ecs-tasks.amazonaws.com",)

    assert {f"arn:aws:iam::000000000000:role/{role}": who for role, who in trusted.items()} == users


def test_no_two_functions_or_tasks_share_a_role(variant):
    roles = [one["role"] for one in variant.of("aws:lambda/function:Function").values()]
    for one in variant.of("aws:ecs/taskDefinition:TaskDefinition").values():
        roles += [one["taskRoleArn"], one["executionRoleArn"]]

    assert len(set(roles)) == len(roles)


def test_only_listener_ports_are_open_to_the_allowed_addresses(variants):
    allowed = {
        "defaults": {("0.0.0.0/0", 80)},
        "everything": {
            (network, port) for network in ("192.0.2.0/24", "198.51.100.0/24") for port in (80, 443)
        },
    }
    for name, expected in allowed.items():
        rules = variants(name).of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        opened = {
            (one["cidrIpv4"], port)
            for one in rules.values()
            if "cidrIpv4" in one
            for port in range(one["fromPort"], one["toPort"] + 1)
        }
        listening = {one["port"] for one in variants(name).of("aws:lb/listener:Listener").values()}

        assert opened == expected
        assert {port for _, port in opened} == listening


def test_only_the_load_balancer_is_public_and_reaches_the_tasks(variant):
    rules = variant.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")

    for name, one in rules.items():
        if one["securityGroupId"] == "containers-lb-group-id":
            assert "cidrIpv4" in one, name
        else:
            assert one["securityGroupId"] == "containers-task-group-id"
            assert one["referencedSecurityGroupId"] == "containers-lb-group-id"
            assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & one.keys()
        assert one["ipProtocol"] == "tcp"


def test_security_groups_have_no_inline_rules(variant):
    for one in variant.of("aws:ec2/securityGroup:SecurityGroup").values():
        assert one.keys() <= {"description", "vpcId"}


def test_only_the_load_balancer_writes_to_the_private_bucket_of_its_log(variants):
    program = variants("everything")
    (writing,) = (one for one in statements(program) if one.owner == "containers-lb-log-policy")
    (private,) = program.of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").values()

    assert writing.services == ("logdelivery.elasticloadbalancing.amazonaws.com",)
    assert writing.actions == ("s3:PutObject",)
    assert {value for key, value in private.items() if key != "bucket"} == {True}


def test_access_log_expires_with_the_other_logs(variants):
    program = variants("everything")
    (expiry,) = program.of(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    ).values()
    groups = program.of("aws:cloudwatch/logGroup:LogGroup").values()

    assert {rule["expiration"]["days"] for rule in expiry["rules"]} == {
        group["retentionInDays"] for group in groups
    }


def test_table_can_be_restored(variant):
    (table,) = variant.of("aws:dynamodb/table:Table").values()

    assert table["pointInTimeRecovery"] == {"enabled": True}
    assert table["billingMode"] == "PAY_PER_REQUEST"


def test_https_listener_uses_modern_tls_and_http_redirects(variants):
    listeners = variants("everything").of("aws:lb/listener:Listener")
    secure = listeners["containers-lb-https"]
    (redirect,) = listeners["containers-lb-http"]["defaultActions"]

    assert secure["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")
    assert secure["certificateArn"]
    assert redirect["type"] == "redirect"
    assert redirect["redirect"] == {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}


def test_every_log_has_a_retention(variants):
    for name, days in (("defaults", 14), ("everything", 3653)):
        logs = variants(name).of("aws:cloudwatch/logGroup:LogGroup").values()
        assert {one.get("retentionInDays") for one in logs} == {days}


def test_no_function_is_in_a_vpc(variant):
    for one in variant.of("aws:lambda/function:Function").values():
        assert "vpcConfig" not in one
        assert "reservedConcurrentExecutions" not in one  # new accounts have ten in total


def test_network_has_no_hourly_costs(variant):
    types = {one.type_.rpartition(":")[2] for one in variant.resources}
    endpoints = variant.of("aws:ec2/vpcEndpoint:VpcEndpoint").values()

    assert not types & {"NatGateway", "Eip", "TransitGateway", "VpnGateway"}
    assert {one["vpcEndpointType"] for one in endpoints} == {"Gateway"}


def test_each_fixed_name_has_a_reason(variant):
    given = {
        (one.type_, one.name)
        for one in variant.resources
        if one.type_.startswith("aws:") and any(key in one.inputs for key in NAMING)
    }
    for type_, name in given:
        assert any(k == type_ and fnmatchcase(name, n) for k, n in FIXED_NAMES), (type_, name)


def test_resources_replaced_while_in_use_have_no_fixed_name(variant):
    for one in variant.resources:
        if one.type_.rpartition(":")[2] in {"TargetGroup", "LoadBalancer", "Service", "Role"}:
            assert not {"name", "namePrefix"} & one.inputs.keys(), one.name


def test_destroy_deletes_the_images(variants):
    (repository,) = variants("defaults").of("aws:ecr/repository:Repository").values()

    assert repository["forceDelete"] is True


@pytest.mark.parametrize(
    ("name", "expected"),
    [("defaults", ("desiredCount",)), ("everything", ("desiredCount",)), ("prepared", ())],
)
def test_task_count_is_ignored_only_with_autoscaling(variants, name, expected):
    program = variants(name)

    assert program.called("containers-service").ignored == expected
    assert bool(program.of("aws:appautoscaling/target:Target")) == bool(expected)


def test_each_ignored_change_has_a_reason(variant):
    ignored = {(one.type_, input_) for one in variant.resources for input_ in one.ignored}

    assert ignored <= IGNORED.keys()


def test_nothing_is_protected_from_destroy_by_default(variants):
    for name, kept in (("defaults", False), ("everything", True)):
        table = variants(name).called("blogs")
        assert table.inputs["deletionProtectionEnabled"] is table.protected is kept
        for one in variants(name).resources:
            assert one is table or not one.protected, one.name
            assert not one.inputs.get("skipDestroy"), one.name
            assert not one.inputs.get("enableDeletionProtection"), one.name
