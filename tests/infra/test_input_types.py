"""Every declared input has a name and a type of the Pulumi SDK."""

import ast
import tomllib
from pathlib import Path

import pulumi_aws
import pytest

from tests.infra.input_types import problems
from tests.infra.recording import ROOT

FUNCTION = "functions-GetBlog-function"
TARGETS = "containers-lb-targets"
SERVICE = "containers-service"


def test_every_input_has_a_known_name_and_type(variant):
    found = {one.name: problems(one.type_, one.inputs) for one in variant.resources}

    assert {name: lines for name, lines in found.items() if lines} == {}
    assert len(found) > 75


@pytest.mark.parametrize(
    ("name", "change", "problem"),
    [
        (FUNCTION, {"timeout": "ten"}, "timeout: 'ten' is not int"),
        (FUNCTION, {"timeout": True}, "timeout: True is not int"),
        (FUNCTION, {"runtime": "python3.31"}, "runtime: 'python3.31' is no Runtime"),
        (FUNCTION, {"tracingConfig": {}}, "tracingConfig.mode: is missing"),
        (FUNCTION, {"code": "package.zip"}, "code: 'package.zip' is not plain"),
        (
            FUNCTION,
            {"tracingConfig": {"mode": "Active", "mod": "Active"}},
            "tracingConfig.mod: no such property",
        ),
        (
            FUNCTION,
            {"environment": {"variables": {"N": 1}}},
            "environment.variables[N]: 1 is not str",
        ),
        (TARGETS, {"port": 80.5}, "port: 80.5 is not int"),
        (TARGETS, {"healthCheck": {"pathh": "/"}}, "healthCheck.pathh: no such property"),
        (TARGETS, {"healthCheck": [{"path": "/"}]}, "healthCheck: a list is not allowed"),
        (SERVICE, {"loadBalancers": {}}, "loadBalancers: an object is not allowed"),
        (
            SERVICE,
            {"loadBalancers": [{"containerPort": "8080", "containerName": "blog"}]},
            "loadBalancers[0].containerPort: '8080' is not int",
        ),
        (
            "blogs",
            {"pointInTimeRecovery": {"enable": True, "enabled": True}},
            "pointInTimeRecovery.enable: no such property",
        ),
        ("containers-log", {"retentionInDay": 7}, "retentionInDay: no such property"),
        ("aws", {"defaultTag": "{}"}, "defaultTag: no such property"),
        ("aws", {"defaultTags": '{"tag": {}}'}, "defaultTags.tag: no such property"),
    ],
)
def test_wrong_name_or_type_is_found(deployed, name, change, problem):
    declared = deployed.called(name)

    found = problems(declared.type_, {**declared.inputs, **change})

    assert [line.partition(".")[2] for line in found] == [problem]


def test_mypy_reads_every_service_that_the_program_uses():
    services = {
        node.attr
        for path in (ROOT / "__main__.py", *(ROOT / "infra").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "aws"
        and Path(pulumi_aws.__file__).with_name(node.attr).is_dir()
    }
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    read = {
        name for one in settings if one.get("follow_imports") == "normal" for name in one["module"]
    }

    assert len(services) >= 12
    assert {f"pulumi_aws.{name}.*" for name in services} - read == set()
