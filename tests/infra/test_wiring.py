"""What has to agree between resources, and with the code that they run."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.functions import OPERATIONS

SAY_STATUS = """
import sys
from werkzeug.test import Client
from container_src.wsgi import app
print(Client(app).get(sys.argv[1]).status_code)
"""


def container(program):
    (found,) = json.loads(program.called("containers-task").inputs["containerDefinitions"])
    return found


def environment(program):
    """Give the variables of a task: the declared ones, and what Fargate sets by itself."""
    declared = {entry["name"]: entry["value"] for entry in container(program)["environment"]}
    path = os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"])
    fargate = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-1"}
    return {"PATH": path, **fargate, **declared}


def run(pytestconfig, program, *command):
    return subprocess.run(
        command,
        cwd=pytestconfig.rootpath,
        env=environment(program),
        capture_output=True,
        text=True,
        check=False,
    )


def test_requests_find_the_task_s_port_all_the_way(variant):
    task = container(variant)
    service = variant.called("containers-service").inputs
    targets = variant.called("containers-lb-targets").inputs
    way_in = variant.called("containers-task-in").inputs
    (behind,) = service["loadBalancers"]
    (mapped,) = task["portMappings"]
    port = int(environment(variant)["PORT"])

    assert mapped == {"containerPort": port, "hostPort": port, "protocol": "tcp"}
    assert behind == {
        "containerName": task["name"],
        "containerPort": port,
        "targetGroupArn": variant_arn("targetGroup/containers-lb-targets"),
    }
    assert (targets["port"], targets["targetType"]) == (port, "ip")
    assert (way_in["fromPort"], way_in["toPort"]) == (port, port)


def variant_arn(rest):
    return f"arn:aws:lb:eu-west-1:000000000000:{rest}"


def test_listeners_forward_to_the_service_s_targets(variant):
    forwarded = [
        action["targetGroupArn"]
        for listener in variant.of("aws:lb/listener:Listener").values()
        for action in listener["defaultActions"]
        if action["type"] == "forward"
    ]

    assert forwarded == [variant_arn("targetGroup/containers-lb-targets")]


def test_the_listener_without_a_certificate_is_where_the_url_says(deployed):
    (listener,) = deployed.of("aws:lb/listener:Listener").values()

    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    assert deployed.outputs["ContainersURL"] == "http://dnsName:containers-lb-balancer"


def test_the_health_check_asks_what_the_task_answers(pytestconfig, deployed):
    check = deployed.called("containers-lb-targets").inputs["healthCheck"]

    answer = run(pytestconfig, deployed, sys.executable, "-c", SAY_STATUS, check["path"])

    assert answer.stdout.strip() == check["matcher"], answer.stderr
    assert check["timeout"] < check["interval"]


@pytest.mark.parametrize("name", ["defaults", "prepared"])
def test_the_task_s_command_starts_with_what_it_is_given(pytestconfig, variants, name):
    program = variants(name)
    command = container(program)["command"]

    checked = run(pytestconfig, program, *command, "--check-config")

    assert (checked.returncode, checked.stderr) == (0, "")
    assert container(program)["workingDirectory"] == "/app"


def test_the_task_logs_to_a_group_that_is_declared(variant):
    options = container(variant)["logConfiguration"]["options"]

    assert container(variant)["logConfiguration"]["logDriver"] == "awslogs"
    assert options["awslogs-group"] == variant.called("containers-log").inputs["name"]
    assert options["awslogs-region"] == "eu-west-1"


def test_the_task_writes_to_nothing_but_its_volume(variant):
    task, definition = container(variant), variant.called("containers-task").inputs

    assert task["readonlyRootFilesystem"] is True
    assert [one["sourceVolume"] for one in task["mountPoints"]] == [
        one["name"] for one in definition["volumes"]
    ]


def test_one_architecture_drives_functions_image_and_tasks(variant):
    architecture = variant.outputs["Architecture"]
    platform = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}[architecture]
    definition = variant.called("containers-task").inputs

    for one in variant.of("aws:lambda/function:Function").values():
        assert one["architectures"] == [architecture]
    for one in variant.of("docker-build:index:Image").values():
        assert one["platforms"] == [platform]
    assert definition["runtimePlatform"]["cpuArchitecture"] == architecture.upper()


def test_the_image_that_is_built_is_the_one_that_runs(deployed, variants):
    assert container(deployed)["image"] == "ref:image-image"
    assert container(variants("prepared"))["image"] == "registry.example/blog:1"
    assert not variants("prepared").of("aws:ecr/repository:Repository")


def test_a_task_may_finish_before_it_is_stopped(pytestconfig, deployed):
    settings = (pytestconfig.rootpath / "container_src" / "gunicorn_conf.py").read_text()
    gunicorn = {
        node.targets[0].id: node.value.value
        for node in ast.parse(settings).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    }
    delay = deployed.called("containers-lb-targets").inputs["deregistrationDelay"]
    idle = deployed.called("containers-lb-balancer").inputs["idleTimeout"]

    assert gunicorn["graceful_timeout"] <= delay <= container(deployed)["stopTimeout"]
    assert gunicorn["keepalive"] > idle


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.function)
def test_the_handler_of_each_function_exists(pytestconfig, deployed, operation):
    declared = deployed.called(f"functions-{operation.function}-function").inputs["handler"]
    module, _, name = declared.rpartition(".")
    source = pytestconfig.rootpath / f"{module.replace('.', '/')}.py"

    names = {
        target.id
        for node in ast.parse(source.read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
    }

    assert name in names
    assert name.replace("_", "") == operation.function.lower()


def test_functions_answer_before_the_gateway_gives_up(variant):
    for one in variant.of("aws:lambda/function:Function").values():
        assert one["timeout"] < 30
        assert one["runtime"] == "python3.13"


def test_the_gateway_may_call_what_its_routes_lead_to(variant):
    permissions = variant.of("aws:lambda/permission:Permission")
    aliases = variant.of("aws:lambda/alias:Alias")
    for operation in OPERATIONS:
        name = f"functions-{operation.function}"
        permission = permissions[f"{name}-permission"]
        called = variant.called(f"{name}-integration").inputs
        alias = aliases.get(f"{name}-alias")

        assert permission["function"] == variant.called(f"{name}-function").inputs["name"]
        assert permission["action"] == "lambda:InvokeFunction"
        assert permission["principal"] == "apigateway.amazonaws.com"
        assert permission["sourceArn"] == "executionArn:functions-api/*"
        assert permission.get("qualifier") == (alias and alias["name"])
        assert called["integrationUri"] == f"invokeArn:{name}-{'alias' if alias else 'function'}"
        assert called["payloadFormatVersion"] == "2.0"


def test_snapshots_and_reserves_have_a_published_version_behind_an_alias(variants):
    for name in ("everything", "prepared"):
        program = variants(name)
        for one in program.of("aws:lambda/function:Function").values():
            assert one["publish"] is True
        assert len(program.of("aws:lambda/alias:Alias")) == len(OPERATIONS)
    reserves = variants("prepared").of(
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
    )
    assert {one["qualifier"] for one in reserves.values()} == {"live"}


def test_the_stage_deploys_by_itself_and_logs_to_a_group_that_is_declared(variant):
    stage = variant.called("functions-stage").inputs
    log = variant.called("functions-access-log")

    assert stage["autoDeploy"] is True
    assert stage["accessLogSettings"]["destinationArn"].endswith(f"logGroup/{log.name}")
    assert json.loads(stage["accessLogSettings"]["format"])["status"] == "$context.status"


def test_subnets_are_in_two_zones_with_a_way_out_and_one_to_the_table(deployed):
    subnets = deployed.of("aws:ec2/subnet:Subnet").values()
    (routes,) = deployed.of("aws:ec2/routeTable:RouteTable").values()
    (endpoint,) = deployed.of("aws:ec2/vpcEndpoint:VpcEndpoint").values()
    service = deployed.called("containers-service").inputs["networkConfiguration"]

    assert len({one["availabilityZone"] for one in subnets}) == 2
    assert routes["routes"] == [{"cidrBlock": "0.0.0.0/0", "gatewayId": "network-internet-id"}]
    assert endpoint["serviceName"] == "com.amazonaws.eu-west-1.dynamodb"
    assert endpoint["routeTableIds"] == ["network-routes-id"]
    assert service["assignPublicIp"] is True  # there is no NAT gateway to go through
    assert service["securityGroups"] == ["containers-task-group-id"]


def test_scaling_is_of_the_service(deployed):
    target = deployed.called("containers-scaling", "appautoscaling/target:Target").inputs
    policy = deployed.called("containers-scaling", "appautoscaling/policy:Policy").inputs

    assert target["resourceId"] == "service/name:containers-cluster/name:containers-service"
    for key in ("resourceId", "serviceNamespace", "scalableDimension"):
        assert policy[key] == target[key]
