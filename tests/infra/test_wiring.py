"""Values that must match between resources, and with the code that they run."""

import ast
import json
import os
import re
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


def containers(program):
    """Return the container of the application, and that of the collector of traces, if any."""
    declared = json.loads(program.called("containers-task").inputs["containerDefinitions"])
    (own,) = (one for one in declared if one["essential"])
    return own, next((one for one in declared if one is not own), None)


def container(program):
    return containers(program)[0]


def environment(program):
    """Return the declared variables of a task, and those that Fargate sets."""
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


def test_port_is_the_same_from_load_balancer_to_task(variant):
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


def test_listeners_forward_to_the_target_group_of_the_service(variant):
    forwarded = [
        action["targetGroupArn"]
        for listener in variant.of("aws:lb/listener:Listener").values()
        for action in listener["defaultActions"]
        if action["type"] == "forward"
    ]

    assert forwarded == [variant_arn("targetGroup/containers-lb-targets")]


def test_url_has_the_port_of_the_http_listener(deployed):
    (listener,) = deployed.of("aws:lb/listener:Listener").values()

    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    assert deployed.outputs["ContainersURL"] == "http://dnsName:containers-lb-balancer"


def test_health_check_path_is_served_by_the_task(pytestconfig, deployed):
    check = deployed.called("containers-lb-targets").inputs["healthCheck"]

    answer = run(pytestconfig, deployed, sys.executable, "-c", SAY_STATUS, check["path"])

    assert answer.stdout.strip() == check["matcher"], answer.stderr
    assert check["timeout"] < check["interval"]


@pytest.mark.parametrize("name", ["defaults", "prepared"])
def test_task_command_starts_with_the_declared_environment(pytestconfig, variants, name):
    program = variants(name)
    command = container(program)["command"]

    checked = run(pytestconfig, program, *command, "--check-config")

    assert (checked.returncode, checked.stderr) == (0, "")
    assert container(program)["workingDirectory"] == "/app"


def test_task_logs_to_a_declared_log_group(variant):
    options = container(variant)["logConfiguration"]["options"]

    for one in filter(None, containers(variant)):
        assert one["logConfiguration"] == container(variant)["logConfiguration"]
    assert container(variant)["logConfiguration"]["logDriver"] == "awslogs"
    assert options["awslogs-group"] == variant.called("containers-log").inputs["name"]
    assert options["awslogs-region"] == "eu-west-1"


def test_task_can_write_only_to_its_volume(variant):
    task, definition = container(variant), variant.called("containers-task").inputs

    assert task["readonlyRootFilesystem"] is True
    assert [one["sourceVolume"] for one in task["mountPoints"]] == [
        one["name"] for one in definition["volumes"]
    ]


def test_task_with_tracing_sends_its_spans_to_its_collector(variants):
    _, collector = containers(variants("everything"))
    (variable,) = collector["environment"]
    configuration = json.loads(variable["value"])
    receiver = configuration["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    declared = environment(variants("everything"))

    assert variable["name"] == "AOT_CONFIG_CONTENT"
    assert declared["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == f"http://{receiver}/v1/traces"
    assert receiver.startswith("127.0.0.1:")
    assert declared["OTEL_SERVICE_NAME"] == "blog-test-containers"
    (pipeline,) = configuration["service"]["pipelines"].values()
    for kind in ("receivers", "processors", "exporters"):
        assert sorted(pipeline[kind]) == sorted(configuration[kind])
    assert pipeline["processors"][0] == "memory_limiter"
    assert configuration["exporters"] == {"awsxray": {"region": "eu-west-1"}}


def test_collector_cannot_stop_or_starve_the_container(variants):
    program = variants("everything")
    own, collector = containers(program)
    task = program.called("containers-task").inputs
    (variable,) = collector["environment"]
    limiter = json.loads(variable["value"])["processors"]["memory_limiter"]

    assert collector["essential"] is False
    assert collector["readonlyRootFilesystem"] is True
    assert own["cpu"] + collector["cpu"] == int(task["cpu"])
    assert own["cpu"] >= 7 * collector["cpu"]
    assert limiter["limit_mib"] < collector["memory"] <= 512 // 2  # half of the smallest task
    assert re.search(r":v[0-9.]+@sha256:[0-9a-f]{64}$", collector["image"])


def test_collector_runs_from_before_the_container_until_after_it(variants):
    own, collector = containers(variants("everything"))

    assert own["dependsOn"] == [{"containerName": collector["name"], "condition": "START"}]
    assert "dependsOn" not in collector


@pytest.mark.parametrize("name", ["defaults", "prepared"])
def test_task_without_tracing_has_no_collector(variants, name):
    own, collector = containers(variants(name))

    assert collector is None
    assert not {"cpu", "dependsOn"} & own.keys()
    assert not [one for one in own["environment"] if one["name"].startswith("OTEL_")]


def test_functions_image_and_tasks_have_one_architecture(variant):
    architecture = variant.outputs["Architecture"]
    platform = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}[architecture]
    definition = variant.called("containers-task").inputs

    for one in variant.of("aws:lambda/function:Function").values():
        assert one["architectures"] == [architecture]
    for one in variant.of("docker-build:index:Image").values():
        assert one["platforms"] == [platform]
    assert definition["runtimePlatform"]["cpuArchitecture"] == architecture.upper()


def test_repository_keeps_ten_builds_of_one_manifest_each(deployed):
    image = deployed.called("image-image").inputs
    (rule,) = json.loads(deployed.called("image-lifecycle").inputs["policy"])["rules"]
    counted = rule["selection"]

    assert len(image["platforms"]) == 1
    assert "exec" not in image
    assert (counted["tagStatus"], counted["countType"]) == ("any", "imageCountMoreThan")
    assert counted["countNumber"] == 10


def test_task_runs_the_image_that_is_built(deployed, variants):
    assert container(deployed)["image"] == "ref:image-image"
    assert container(variants("prepared"))["image"] == "registry.example/blog:1"
    assert not variants("prepared").of("aws:ecr/repository:Repository")


def test_stop_timeout_covers_the_graceful_stop(pytestconfig, deployed):
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
def test_handler_of_each_function_exists(pytestconfig, deployed, operation):
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


def test_function_timeout_is_below_the_integration_timeout(variant):
    for one in variant.of("aws:lambda/function:Function").values():
        assert one["timeout"] < 30
        assert one["runtime"] == "python3.13"


def test_api_may_invoke_the_functions_of_its_routes(variant):
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


def test_snapstart_and_provisioned_concurrency_use_an_alias(variants):
    for name in ("everything", "prepared"):
        program = variants(name)
        for one in program.of("aws:lambda/function:Function").values():
            assert one["publish"] is True
        assert len(program.of("aws:lambda/alias:Alias")) == len(OPERATIONS)
    reserves = variants("prepared").of(
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
    )
    assert {one["qualifier"] for one in reserves.values()} == {"live"}


def test_stage_deploys_automatically_and_logs_to_a_declared_group(variant):
    stage = variant.called("functions-stage").inputs
    log = variant.called("functions-access-log")

    assert stage["autoDeploy"] is True
    assert stage["accessLogSettings"]["destinationArn"].endswith(f"logGroup/{log.name}")
    assert json.loads(stage["accessLogSettings"]["format"])["status"] == "$context.status"


def test_subnets_are_in_two_zones_and_reach_internet_and_table(deployed):
    subnets = deployed.of("aws:ec2/subnet:Subnet").values()
    (routes,) = deployed.of("aws:ec2/routeTable:RouteTable").values()
    (endpoint,) = deployed.of("aws:ec2/vpcEndpoint:VpcEndpoint").values()
    service = deployed.called("containers-service").inputs["networkConfiguration"]

    assert len({one["availabilityZone"] for one in subnets}) == 2
    assert routes["routes"] == [{"cidrBlock": "0.0.0.0/0", "gatewayId": "network-internet-id"}]
    assert endpoint["serviceName"] == "com.amazonaws.eu-west-1.dynamodb"
    assert endpoint["routeTableIds"] == ["network-routes-id"]
    assert service["assignPublicIp"] is True  # there is no NAT gateway
    assert service["securityGroups"] == ["containers-task-group-id"]


def test_autoscaling_targets_the_service(deployed):
    target = deployed.called("containers-scaling", "appautoscaling/target:Target").inputs
    policy = deployed.called("containers-scaling", "appautoscaling/policy:Policy").inputs

    assert target["resourceId"] == "service/name:containers-cluster/name:containers-service"
    for key in ("resourceId", "serviceNamespace", "scalableDimension"):
        assert policy[key] == target[key]
