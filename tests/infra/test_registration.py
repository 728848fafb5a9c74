"""How resources are registered: through which provider, below whom, and after what."""

import itertools
import json
from collections import Counter

import pytest

from infra.functions import OPERATIONS
from tests.infra.recording import STACK
from tests.infra.variants import VARIANTS

PROVIDER = "pulumi:providers:aws"
FUNCTIONS = [operation.function for operation in OPERATIONS]


def explicit_provider(program):
    return program.called("aws", PROVIDER)


def test_every_aws_resource_and_question_goes_through_the_explicit_provider(variant):
    reference = f"{explicit_provider(variant).urn}::aws-id"
    asked = [one for one in variant.resources if one.kind.startswith("aws:")]

    assert len(asked) > 70
    assert {one.name for one in asked if one.provider != reference} == set()
    assert {one.provider for one in variant.invokes} == {reference}
    assert [one.name for one in variant.all if one.kind == PROVIDER] == ["aws"]


def test_every_resource_is_below_the_component_that_its_name_begins_with(variant):
    components = {one.name for one in variant.all if not one.custom and one.kind != STACK}
    strays = {}
    for one in variant.all:
        if one.kind == STACK:
            continue
        parent = variant.name_of(one.parent)
        above = [name for name in components if one.name.startswith(f"{name}-")]
        if parent and not one.name.startswith(f"{parent}-"):
            strays[one.name] = parent
        if above and parent not in above:
            strays[one.name] = parent

    assert strays == {}


def test_only_these_stand_for_themselves(variant):
    on_top = {one.name for one in variant.all if one.parent and not variant.name_of(one.parent)}

    assert on_top - {"write-token", "image"} == {
        "aws",
        "blogs",
        "containers",
        "functions",
        "monitoring",
        "network",
    }


def test_no_two_resources_of_a_type_have_one_name(variant):
    names = Counter((one.kind, one.name) for one in variant.all)

    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_resources_share_a_physical_name(variant):
    names = Counter(
        (one.kind, one.inputs[key])
        for one in variant.resources
        for key in ("name", "dashboardName", "family")
        if key in one.inputs and one.kind != "aws:lambda/alias:Alias"
    )

    assert [name for name, count in names.items() if count > 1] == []


def test_the_provider_is_given_the_stack_s_region_and_profile(declare_deployed):
    program = declare_deployed(
        **VARIANTS["defaults"], **{"aws:region": "us-west-1", "aws:profile": "demo"}
    )
    inputs = explicit_provider(program).inputs

    assert inputs["region"] == "us-west-1"
    assert inputs["profile"] == "demo"
    assert "endpoints" not in inputs
    assert "accessKey" not in inputs


def test_the_provider_tags_everything_with_project_and_stack(variant):
    tags = json.loads(explicit_provider(variant).inputs["defaultTags"])["tags"]

    assert tags.items() >= {"project": "aws-blog-demo", "stack": "test"}.items()


def test_with_an_endpoint_nothing_can_reach_aws(program):
    inputs = explicit_provider(program).inputs
    endpoints = {
        service: url for group in json.loads(inputs["endpoints"]) for service, url in group.items()
    }

    assert set(endpoints.values()) == {"http://127.0.0.1:4566"}
    assert (inputs["accessKey"], inputs["secretKey"]) == ("local", "local")
    assert "profile" not in inputs
    assert inputs["skipCredentialsValidation"] == "true"
    assert inputs["skipMetadataApiCheck"] == "true"
    assert inputs["skipRequestingAccountId"] == "true"


# What the provider calls the endpoint of a module's service; the others are called alike.
SERVICES = {
    "appautoscaling": {"applicationautoscaling"},
    "cloudwatch": {"cloudwatch", "logs"},
    "index": {"sts", "ec2"},
    "lambda": {"lambda"},
    "lb": {"elbv2"},
    "vpc": {"ec2"},
}


def test_the_endpoint_stands_for_every_service_that_any_stack_uses(program, variants):
    (endpoints,) = json.loads(explicit_provider(program).inputs["endpoints"])
    kinds = {one.kind for name in VARIANTS for one in variants(name).resources}
    kinds |= {one.token for name in VARIANTS for one in variants(name).invokes}
    modules = {kind.split(":")[1].partition("/")[0] for kind in kinds if kind.startswith("aws:")}

    used = set(itertools.chain(*(SERVICES.get(module, {module}) for module in modules)))

    assert len(used) > 10
    assert used - endpoints.keys() == set()


SERVICE_NEEDS = {
    "containers-lb-balancer",
    "containers-lb-group",
    "containers-lb-http",
    "containers-lb-out",
    "containers-lb-targets",
    "containers-cluster",
    "containers-execution-policy",
    "containers-execution-role",
    "containers-log",
    "containers-task-group",
    "containers-task-in",
    "containers-task-out",
    "containers-task-policy",
    "containers-task-role",
    "network-dynamodb",
    "network-internet",
    "network-routes",
    "network-vpc",
}


def outliving(program, name, kind=""):
    """Name what a destroy deletes only after it has deleted *name*."""
    return {one.name for one in program.needs(program.called(name, kind))}


def test_a_destroy_deletes_the_service_before_all_that_its_tasks_need(variant):
    assert outliving(variant, "containers-service") >= SERVICE_NEEDS


def test_a_destroy_keeps_the_routes_of_the_subnets_as_long_as_the_tasks(deployed):
    needed = deployed.needs(deployed.called("containers-service"))

    routed = {one.name for one in needed if one.kind.endswith(":RouteTableAssociation")}
    assert routed == {"network-public-0", "network-public-1"}


def test_the_secure_listener_is_there_before_the_tasks(variants):
    needed = outliving(variants("everything"), "containers-service")

    assert needed >= {"containers-lb-http", "containers-lb-https"}


def test_a_balancer_with_public_addresses_goes_before_the_way_to_the_internet(deployed):
    needed = outliving(deployed, "containers-lb-balancer")

    assert needed >= {"network-internet", "network-routes"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_its_role_s_policies_and_its_log_from_first_to_last(deployed, function):
    needed = outliving(deployed, f"functions-{function}-function")

    assert needed >= {
        f"functions-{function}-{part}" for part in ("data-policy", "log", "log-policy", "role")
    }


def test_scaling_ends_before_what_it_scales(deployed):
    order = [
        deployed.called("containers-scaling", "appautoscaling/policy:Policy"),
        deployed.called("containers-scaling", "appautoscaling/target:Target"),
        deployed.called("containers-service"),
        deployed.called("containers-cluster"),
    ]

    for first, later in itertools.pairwise(order):
        assert later in deployed.needs(first)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.function)
def test_an_integration_leads_to_a_function_only_once_it_may_call_it(variant, operation):
    name = f"functions-{operation.function}"

    assert f"{name}-permission" in outliving(variant, f"{name}-integration")
