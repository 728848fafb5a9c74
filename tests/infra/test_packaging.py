"""The package of the functions: reproducible, and complete."""

import json
import subprocess
import sys
from dataclasses import replace

import pulumi
import pytest
from pulumi.runtime import set_all_config

from infra import packaging
from infra.settings import Settings
from localcloud.engine.project import load_project
from localcloud.engine.property_values import folder_digest


@pytest.fixture
def settings(pytestconfig):
    set_all_config(dict(load_project(pytestconfig.rootpath, "local", {}).config))
    yield Settings.read(pulumi.Config("aws-blog-demo"), pulumi.Config("aws"), "local")
    set_all_config({})


def with_bytecode(settings):
    return replace(settings, functions=replace(settings.functions, bytecode="required"))


@pytest.fixture
def builds(tmp_path, monkeypatch):
    """Builds in a separate folder."""
    monkeypatch.setattr(packaging, "_BUILDS", tmp_path / "builds")
    return tmp_path / "builds"


def test_two_builds_have_the_same_contents(settings, builds, tmp_path, monkeypatch):
    first = packaging.package_folder(settings)
    monkeypatch.setattr(packaging, "_BUILDS", tmp_path / "elsewhere")
    second = packaging.package_folder(settings)

    assert first != second
    assert first.name == second.name
    assert folder_digest(first) == folder_digest(second)


def test_bytecode_does_not_depend_on_folder_or_order(settings, tmp_path, monkeypatch):
    packages = []
    for seed in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        monkeypatch.setattr(packaging, "_BUILDS", tmp_path / f"builds-{seed}")
        try:
            packages.append(packaging.package_folder(with_bytecode(settings)))
        except pulumi.RunError as error:
            if "Python 3.13 is not on PATH" not in str(error):
                raise
            pytest.skip("no Python 3.13 is on PATH to compile for Lambda's")
    first, second = packages

    assert list(first.rglob("handlers.*.pyc"))
    assert folder_digest(first) == folder_digest(second)


def test_architecture_and_bytecode_have_separate_packages(settings, builds):
    names = {
        packaging.package_folder(replace(settings, architecture=architecture)).name
        for architecture in ("arm64", "x86_64")
    }

    assert len(names) == 2


def test_package_has_no_leftovers_and_only_the_needed_models(settings, builds):
    package = packaging.package_folder(settings)
    names = {path.relative_to(package).as_posix() for path in package.rglob("*")}

    assert "blog/operations.py" in names
    assert "lambda_src/handlers.py" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyi", ".pyc"))]
    assert not [name for name in names if "dist-info" in name or name.startswith("boto3")]
    services = {path.name for path in (package / "botocore" / "data").iterdir() if path.is_dir()}
    assert services == {"dynamodb"}


def test_package_is_small(settings, builds):
    package = packaging.package_folder(settings)
    (package / "bytes").write_bytes(b"x" * 1000)

    files, size = packaging.measure(package)

    (package / "bytes").unlink()
    assert packaging.measure(package) == (files - 1, size - 1000)
    assert files < 1000
    assert size < 20_000_000


def test_handlers_import_with_only_the_package_on_the_path(settings, builds):
    package = packaging.package_folder(settings)
    program = """
import json, sys
sys.path[:] = [sys.argv[1]] + [p for p in sys.path if "site-packages" not in p]
import lambda_src.handlers as handlers
print(json.dumps([sorted({name.partition(".")[0] for name in sys.modules}), handlers.__file__]))
"""
    environment = {
        "TABLE_NAME": "blogs",
        "OPEN_WRITES": "true",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/01/[$LATEST]0123456789abcdef",
        "POWERTOOLS_SERVICE_NAME": "functions",
        "POWERTOOLS_METRICS_NAMESPACE": "blog",
    }
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(package)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stderr == ""
    modules, file = json.loads(answer.stdout)
    assert file.startswith(str(package))
    assert not {"boto3", "pydantic", "aws_xray_sdk", "flask"} & set(modules)


def test_bytecode_without_python_3_13_names_both_alternatives(settings, builds, monkeypatch):
    monkeypatch.setattr(packaging.shutil, "which", lambda name: None)

    with pytest.raises(
        pulumi.RunError, match=r"Python 3\.13 is not on PATH.* pulumi config set bytecode none"
    ):
        packaging.package_folder(with_bytecode(settings))
