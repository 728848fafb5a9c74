"""The cost model of the lab assumes what the program declares."""

from decimal import Decimal

from infra import sizes
from lab.cost import fargate, prices
from lab.cost.inputs import Inputs
from lab.cost.traffic import Traffic
from tests.infra.alarms import metrics
from tests.infra.test_monitoring import alarms, body
from tests.lab.cloudwatch.shown import is_aws, rows

DEFAULT = Inputs(traffic=Traffic.constant(1))


def test_the_model_counts_the_metrics_of_the_declared_alarms(deployed):
    declared = sum(len(metrics(alarm)) for alarm in alarms(deployed).values())

    assert DEFAULT.shared.alarm_metrics == declared


def test_the_model_counts_the_functions_and_the_custom_metrics(deployed):
    own = [dict(one[2]) for one, _ in rows(body(deployed)) if not is_aws(one[0])]

    assert DEFAULT.functions.custom_metrics == own.count({"service": "functions"})
    assert DEFAULT.containers.custom_metrics == own.count({"service": "containers"})
    assert DEFAULT.functions.functions == len(deployed.of("aws:lambda/function:Function"))


def test_the_model_has_the_metrics_of_routes_only_when_they_are_on(deployed):
    (stage,) = deployed.of("aws:apigatewayv2/stage:Stage").values()

    assert DEFAULT.functions.route_metrics == 0
    assert not stage["defaultRouteSettings"]["detailedMetricsEnabled"]


def test_the_model_has_the_declared_sizes(deployed):
    (task,) = deployed.of("aws:ecs/taskDefinition:TaskDefinition").values()
    memories = {one["memorySize"] for one in deployed.of("aws:lambda/function:Function").values()}

    assert memories == {DEFAULT.functions.memory_mb}
    assert Decimal(task["cpu"]) / 1024 == DEFAULT.containers.vcpus
    assert Decimal(task["memory"]) / 1024 == DEFAULT.containers.memory_gb
    assert DEFAULT.architecture == deployed.outputs["Architecture"]


def test_the_model_has_the_declared_scaling(deployed):
    (target,) = deployed.of("aws:appautoscaling/target:Target").values()
    (policy,) = deployed.of("aws:appautoscaling/policy:Policy").values()
    aim = policy["targetTrackingScalingPolicyConfiguration"]["targetValue"]
    scaling = DEFAULT.containers.scaling

    assert (scaling.min_tasks, scaling.max_tasks) == (
        target["minCapacity"],
        target["maxCapacity"],
    )
    assert scaling.target == Decimal(str(aim)) / 100


def test_the_model_has_the_declared_network_and_logs(deployed):
    (balancer,) = deployed.of("aws:lb/loadBalancer:LoadBalancer").values()
    kept = {
        one["retentionInDays"] for one in deployed.of("aws:cloudwatch/logGroup:LogGroup").values()
    }

    assert DEFAULT.containers.addresses == len(balancer["subnets"])
    assert DEFAULT.containers.nat_gateways == len(deployed.of("aws:ec2/natGateway:NatGateway")) == 0
    assert kept == {DEFAULT.shared.log_days}
    assert DEFAULT.shared.dashboards == len(deployed.of("aws:cloudwatch/dashboard:Dashboard"))


def test_the_model_and_the_program_know_the_same_sizes_of_tasks():
    known = {int(vcpus * 1024): list(memories) for vcpus, memories in fargate.SIZES.items()}

    assert known == {cpu: list(memories) for cpu, memories in sizes.FARGATE_SIZES.items()}


def test_pairing_by_price_uses_the_prices_of_the_model():
    listed = prices.load("us-east-1")
    assumed = {
        "lambda-duration-arm64": sizes._FUNCTION_GB_SECOND,  # noqa: SLF001 -- no other place has them
        "fargate-vcpu-arm64": sizes._TASK_VCPU_HOUR,  # noqa: SLF001 -- same
        "fargate-memory-arm64": sizes._TASK_GB_HOUR,  # noqa: SLF001 -- same
    }

    found = {item: float(listed[item].tiers[0].price) for item in assumed}
    assert found == assumed
