"""What the program declares."""

import json
import re

from blog import schema
from infra.functions import OPERATIONS
from localcloud.provider.registry import LocalProvider
from tests.infra.variants import DEFAULTS


def test_outputs_have_the_predecessor_s_names(program):
    assert {"FunctionsURL", "ContainersURL", "WriteToken"} <= set(program.outputs)


def test_every_output_is_in_the_readme(pytestconfig, variant):
    readme = (pytestconfig.rootpath / "README.md").read_text("utf-8")
    table = readme.partition("| output | meaning | example |")[2].partition("\n\n")[0]
    cells = [row.split("|")[1] for row in table.splitlines()[2:]]
    named = set(re.findall(r"`(\w+)`", " ".join(cells)))

    assert set(variant.outputs) <= named


def test_both_backends_are_told_that_writes_are_open(declare):
    program = declare(openWrites="true")

    assert "WriteToken" not in program.outputs
    assert not program.of("random:index/randomPassword:RandomPassword")
    for variables in environments(program):
        assert variables["OPEN_WRITES"] == "true"
        assert "WRITE_TOKEN_SHA256" not in variables


def test_both_backends_get_the_table_and_the_token_digest_only(program):
    for variables in environments(program):
        assert variables["TABLE_NAME"] == "name:blogs"
        assert variables["OPEN_WRITES"] == "false"
        assert len(variables["WRITE_TOKEN_SHA256"]) == 64
        assert "result:write-token" not in variables.values()


def environments(program):
    functions = program.of("aws:lambda/function:Function").values()
    (task,) = program.of("aws:ecs/taskDefinition:TaskDefinition").values()
    (container,) = json.loads(task["containerDefinitions"])
    declared = {entry["name"]: entry["value"] for entry in container["environment"]}
    return [*(function["environment"]["variables"] for function in functions), declared]


def test_local_cloud_supports_every_declared_type(program):
    assert {one.type_ for one in program.resources} <= LocalProvider(None).types


def test_every_route_reaches_the_function_of_its_operation(program):
    routes = {}
    for route in program.of("aws:apigatewayv2/route:Route").values():
        integration = route["target"].removeprefix("integrations/").removesuffix("-id")
        uri = program.of("aws:apigatewayv2/integration:Integration")[integration]["integrationUri"]
        routes[route["routeKey"]] = uri.removeprefix("invokeArn:functions-").partition("-")[0]

    assert routes == {
        "GET /blog": "GetBlogs",
        "HEAD /blog": "GetBlogs",
        "GET /": "GetBlogs",
        "HEAD /": "GetBlogs",
        "$default": "GetBlogs",
        "GET /blog/{id}": "GetBlog",
        "HEAD /blog/{id}": "GetBlog",
        "POST /blog": "PostBlog",
        "PUT /blog/{id}": "PutBlog",
        "DELETE /blog/{id}": "DeleteBlog",
    }


def test_functions_have_expected_names_and_write_their_logs(program):
    functions = program.of("aws:lambda/function:Function")
    logs = {log["name"] for log in program.of("aws:cloudwatch/logGroup:LogGroup").values()}

    names = {function["name"] for function in functions.values()}
    assert names == {f"blog-local-{operation.function}" for operation in OPERATIONS}
    assert {f"/aws/lambda/{name}" for name in names} <= logs


def test_every_log_group_has_a_retention(program):
    assert all(
        log["retentionInDays"] == 14
        for log in program.of("aws:cloudwatch/logGroup:LogGroup").values()
    )


def test_policies_have_no_wildcards_in_actions_and_resources(program):
    policies = program.of("aws:iam/rolePolicy:RolePolicy")

    assert len(policies) == 2 * len(OPERATIONS) + 1
    for policy in policies.values():
        for statement in json.loads(policy["policy"])["Statement"]:
            assert all("*" not in action for action in statement["Action"])
            assert statement["Resource"] != "*"


def test_tasks_are_reachable_only_from_the_load_balancer(program):
    rules = program.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")

    assert rules["containers-task-in"].get("cidrIpv4") is None
    assert rules["containers-task-in"]["referencedSecurityGroupId"] == "containers-lb-group-id"
    assert rules["containers-lb-http-in-0.0.0.0-0"]["fromPort"] == 80


def test_table_matches_the_schema(program):
    table = program.of("aws:dynamodb/table:Table")["blogs"]

    assert table["hashKey"] == schema.TABLE_KEY
    (feed,) = table["globalSecondaryIndexes"]
    assert feed["name"] == schema.FEED_INDEX
    assert [key["attributeName"] for key in feed["keySchemas"]] == [
        schema.FEED_PARTITION,
        schema.FEED_POSITION,
    ]
    assert feed["nonKeyAttributes"] == list(schema.NON_KEY_ATTRIBUTES)
    assert table["pointInTimeRecovery"] == {"enabled": True}


def test_cors_of_the_api_equals_that_of_the_containers(program):
    (gateway,) = program.of("aws:apigatewayv2/api:Api").values()

    assert gateway["corsConfiguration"] == {
        "allowOrigins": ["*"],
        "allowMethods": list(schema.CORS_METHODS),
        "allowHeaders": list(schema.CORS_HEADERS),
        "exposeHeaders": list(schema.CORS_EXPOSED_HEADERS),
        "maxAge": schema.CORS_MAX_AGE_SECONDS,
    }


def test_settings_change_what_they_name(declare):
    program = declare(
        pairing="none", memorySize="512", functionTimeout="5", desiredTasks="3", stageName="dev"
    )

    functions = program.of("aws:lambda/function:Function").values()
    assert {(one["memorySize"], one["timeout"]) for one in functions} == {(512, 5)}
    (running,) = program.of("aws:ecs/service:Service").values()
    assert running["desiredCount"] == 3
    (stage,) = program.of("aws:apigatewayv2/stage:Stage").values()
    assert stage["name"] == "dev"


def test_program_warns_that_only_the_functions_use_tls(declare_deployed, capsys):
    declare_deployed(**DEFAULTS)

    assert "TLS: only the functions use HTTPS. Set certificateArn" in capsys.readouterr().out
