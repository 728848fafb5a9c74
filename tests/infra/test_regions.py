"""A stack in another region and partition refers to nothing in the default region."""

import json
import re

import pytest

from localcloud.environment import REGION
from tests.infra.recording import Recorder
from tests.infra.variants import EVERYTHING, STACK

# Region, partition, and host of the console. Sources: "Regions and Zones" in the AWS documentation;
# "Service endpoints" in the user guide of AWS GovCloud (US); "Endpoints and ARNs" for China
PLACES = {
    "ap-southeast-2": ("aws", "ap-southeast-2.console.aws.amazon.com"),
    "cn-north-1": ("aws-cn", "console.amazonaws.cn"),
    "us-gov-west-1": ("aws-us-gov", "console.amazonaws-us-gov.com"),
}
_REGION = re.compile(r"\b(?:us-gov|us-iso|[a-z]{2})-(?:[a-z]+)-\d\b")
_ARN = re.compile(r"\barn:([a-z-]+):")


@pytest.fixture(scope="module", params=PLACES)
def place(request, stacks):
    """A region, its partition, the host of its console, and the program deployed there."""
    partition, console = PLACES[request.param]
    recorder = Recorder(request.param, partition)
    # The settings with an ARN have one of this region.
    settings = {
        key: value.replace("arn:aws:", f"arn:{partition}:").replace(REGION, request.param)
        for key, value in EVERYTHING.items()
    }
    program = stacks(STACK).deploy(recorder, {}, **settings)
    return request.param, partition, console, program


def texts(program):
    """Yield every input of a resource, and every output of the stack, as text.

    Without a setting, the region of the provider comes from the environment of the user.
    """
    for one in program.resources:
        if one.type_ == "pulumi:providers:aws":
            continue
        yield one.name, json.dumps(one.inputs, default=str)
    yield "outputs", json.dumps(program.outputs, default=str)


def test_no_resource_names_another_region_or_partition(place):
    region, partition, _, program = place

    for name, text in texts(program):
        assert set(_REGION.findall(text)) <= {region}, name
        assert set(_ARN.findall(text)) <= {partition}, name


def test_log_driver_collector_endpoint_and_dashboard_are_in_the_region_of_the_stack(place):
    region, _, console, program = place
    containers = json.loads(program.called("containers-task").inputs["containerDefinitions"])
    dashboard = json.loads(program.called("monitoring-dashboard").inputs["dashboardBody"])

    for one in containers:
        assert one["logConfiguration"]["options"]["awslogs-region"] == region
    (collector,) = (one for one in containers if not one["essential"])
    assert json.loads(collector["environment"][0]["value"])["exporters"] == {
        "awsxray": {"region": region}
    }
    assert (
        program.called("network-dynamodb").inputs["serviceName"]
        == f"com.amazonaws.{region}.dynamodb"
    )
    assert {one["properties"]["region"] for one in dashboard["widgets"]} == {region}
    assert program.outputs["Region"] == region
    assert program.outputs["DashboardURL"] == (
        f"https://{console}/cloudwatch/home?region={region}#dashboards/dashboard/blog-test"
    )


def test_subnets_are_in_zones_of_the_region(place):
    region, _, _, program = place

    for subnet in program.of("aws:ec2/subnet:Subnet").values():
        assert subnet["availabilityZone"].startswith(region)


def test_execution_role_has_the_policy_of_its_partition(place):
    _, partition, _, program = place
    attachment = program.called("containers-execution-policy").inputs

    assert attachment["policyArn"] == (
        f"arn:{partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    )
