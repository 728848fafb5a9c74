"""The provider, parent and dependencies of each resource."""

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


def test_all_aws_resources_and_calls_use_the_explicit_provider(variant):
    reference = f"{explicit_provider(variant).urn}::aws-id"
    asked = [one for one in variant.resources if one.type_.startswith("aws:")]

    assert len(asked) > 70
    assert {one.name for one in asked if one.provider != reference} == set()
    assert {one.provider for one in variant.invokes} == {reference}
    assert [one.name for one in variant.all if one.type_ == PROVIDER] == ["aws"]


def test_resource_names_begin_with_the_name_of_their_parent(variant):
    components = {one.name for one in variant.all if not one.custom and one.type_ != STACK}
    strays = {}
    for one in variant.all:
        if one.type_ == STACK:
            continue
        parent = variant.name_of(one.parent)
        above = [name for name in components if one.name.startswith(f"{name}-")]
        if parent and not one.name.startswith(f"{parent}-"):
            strays[one.name] = parent
        if above and parent not in above:
            strays[one.name] = parent

    assert strays == {}


def test_only_these_resources_have_no_component(variant):
    on_top = {one.name for one in variant.all if one.parent and not variant.name_of(one.parent)}

    assert on_top - {"write-token", "image", "budget"} == {
        "aws",
        "blogs",
        "containers",
        "functions",
        "monitoring",
        "network",
    }


def test_logical_names_are_unique_per_type(variant):
    names = Counter((one.type_, one.name) for one in variant.all)

    assert [name for name, count in names.items() if count > 1] == []


def test_physical_names_are_unique(variant):
    names = Counter(
        (one.type_, one.inputs[key])
        for one in variant.resources
        for key in ("name", "dashboardName", "family")
        if key in one.inputs and one.type_ != "aws:lambda/alias:Alias"
    )

    assert [name for name, count in names.items() if count > 1] == []


def test_provider_tags_resources_with_project_and_stack(variant):
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


# Endpoint names of the provider that differ from the module name.
SERVICES = {
    "appautoscaling": {"applicationautoscaling"},
    "cloudwatch": {"cloudwatch", "logs"},
    "index": {"sts", "ec2"},
    "lambda": {"lambda"},
    "lb": {"elbv2"},
    "vpc": {"ec2"},
}


def test_endpoint_is_set_for_every_service_in_use(program, variants):
    (endpoints,) = json.loads(explicit_provider(program).inputs["endpoints"])
    types = {one.type_ for name in VARIANTS for one in variants(name).resources}
    types |= {one.token for name in VARIANTS for one in variants(name).invokes}
    modules = {type_.split(":")[1].partition("/")[0] for type_ in types if type_.startswith("aws:")}

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


def deleted_after(program, name, type_=""):
    """Return the resources that a destroy deletes after *name*."""
    return {one.name for one in program.needs(program.called(name, type_))}


def test_destroy_deletes_the_service_before_what_its_tasks_need(variant):
    assert deleted_after(variant, "containers-service") >= SERVICE_NEEDS


def test_destroy_deletes_routes_of_the_subnets_after_the_tasks(deployed):
    needed = deployed.needs(deployed.called("containers-service"))

    routed = {one.name for one in needed if one.type_.endswith(":RouteTableAssociation")}
    assert routed == {"network-public-0", "network-public-1"}


def test_https_listener_is_created_before_the_tasks(variants):
    needed = deleted_after(variants("everything"), "containers-service")

    assert needed >= {"containers-lb-http", "containers-lb-https"}


def test_destroy_deletes_the_load_balancer_before_the_gateway(deployed):
    needed = deleted_after(deployed, "containers-lb-balancer")

    assert needed >= {"network-internet", "network-routes"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_policies_and_log_group_outlive_their_function(deployed, function):
    needed = deleted_after(deployed, f"functions-{function}-function")

    assert needed >= {
        f"functions-{function}-{part}" for part in ("data-policy", "log", "log-policy", "role")
    }


def test_destroy_deletes_autoscaling_before_the_service(deployed):
    order = [
        deployed.called("containers-scaling", "appautoscaling/policy:Policy"),
        deployed.called("containers-scaling", "appautoscaling/target:Target"),
        deployed.called("containers-service"),
        deployed.called("containers-cluster"),
    ]

    for first, later in itertools.pairwise(order):
        assert later in deployed.needs(first)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.function)
def test_integration_is_created_after_its_permission(variant, operation):
    name = f"functions-{operation.function}"

    assert f"{name}-permission" in deleted_after(variant, f"{name}-integration")
