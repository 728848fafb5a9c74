"""The build context of the image, and errors without Docker."""

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from types import SimpleNamespace

import pulumi
import pytest

from infra.image import check_docker
from tests.infra.recording import ROOT

LOADED = """
import json, sys
import container_src.gunicorn_conf, container_src.worker, container_src.wsgi
files = (getattr(module, "__file__", None) for module in sys.modules.values())
print(json.dumps([file for file in files if file]))
"""


def context(ignore_file):
    """Return the files that an ignore file leaves. As in Docker, the last matching pattern wins."""
    rules = [line for line in ignore_file.read_text().splitlines() if line and line[0] != "#"]
    found = set()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name[0] != "." and name != "node_modules"]
        for name in files:
            path = (Path(folder) / name).relative_to(ROOT)
            fitting = [rule for rule in rules if fits(path, rule.removeprefix("!"))]
            if not fitting or fitting[-1].startswith("!"):
                found.add(path.as_posix())
    return found


def fits(path, pattern):
    """Return True if the pattern matches the path or one of its parents."""
    wanted = pattern.split("/")
    given = path.parts[: len(wanted)]
    return len(given) == len(wanted) and all(map(fnmatchcase, given, wanted))


@pytest.fixture
def sent():
    return context(ROOT / "container_src" / "Dockerfile.dockerignore")


def test_build_context_has_only_sources_and_requirements(sent):
    assert "requirements/container.txt" in sent
    others = {path for path in sent if path != "requirements/container.txt"}
    assert {path.split("/")[0] for path in others} == {"blog", "container_src"}
    assert {Path(path).suffix for path in others} == {".py"}


def test_dockerfile_copies_the_whole_build_context_only(sent):
    dockerfile = (ROOT / "container_src" / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (?!--from)(\S+) ", dockerfile, re.MULTILINE)

    for source in copied:
        assert any(path == source or path.startswith(f"{source}/") for path in sent), source
    for path in sent:
        assert any(path == source or path.startswith(f"{source}/") for source in copied), path


def test_task_starts_from_the_build_context_and_imports_all_of_it(sent, tmp_path):
    for path in sent:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / path, tmp_path / path)
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    variables = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "CORS_ORIGINS": "*",
        "OPEN_WRITES": "true",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces",
        "PYTHONPATH": os.pathsep.join([str(tmp_path), packages]),
        "TABLE_NAME": "blogs",
    }

    # -S: without .pth files, so that the project folder is not importable.
    command = [sys.executable, "-S", "-c", LOADED]
    done = subprocess.run(
        command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    loaded = {file.removeprefix(f"{tmp_path}/") for file in json.loads(done.stdout)}
    assert {path for path in sent if path.endswith(".py")} - loaded == set()


@pytest.fixture
def to_build():
    """Settings that build the image."""
    return SimpleNamespace(containers=SimpleNamespace(image=""))


@pytest.mark.parametrize("docker", [None, "exit 1"])
def test_without_docker_the_error_names_both_alternatives(to_build, docker, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    if docker:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{docker}\n")
        (tmp_path / "docker").chmod(0o755)

    with pytest.raises(pulumi.RunError, match=r"Start Docker .* pulumi config set dockerImage"):
        check_docker(to_build)


def test_existing_image_needs_no_docker(to_build, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    to_build.containers.image = "registry.example/blog:1"

    check_docker(to_build)
