"""The settings of gunicorn, and the Dockerfile."""

from __future__ import annotations

import json

import pytest

from container_src import gunicorn_conf
from tests.blog.databases import PROJECT

_DOCKERFILE = (PROJECT / "container_src" / "Dockerfile").read_text("utf-8")
_BALANCER_IDLE_SECONDS = 60
_DEREGISTRATION_SECONDS = 20


def test_timeouts_fit_those_of_the_load_balancer():
    assert gunicorn_conf.keepalive > _BALANCER_IDLE_SECONDS
    assert gunicorn_conf.graceful_timeout < _DEREGISTRATION_SECONDS


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, "0.0.0.0:8080"),
        ({"HOST": "127.0.0.1", "PORT": "1234"}, "127.0.0.1:1234"),
        ({"HOST": "::1"}, "[::1]:8080"),
    ],
)
def test_address_comes_from_the_environment(environ: dict[str, str], address: str):
    assert gunicorn_conf.address(environ) == address


def test_heartbeat_folder_is_the_first_writable_one(tmp_path):
    assert gunicorn_conf.heartbeat_folder(["/proc", "", str(tmp_path), "/"]) == str(tmp_path)


def test_without_a_writable_folder_it_exits_with_one_log_line():
    with pytest.raises(SystemExit) as ended:
        gunicorn_conf.heartbeat_folder(["/proc", "/sys"])

    line = json.loads(str(ended.value.code))
    assert "Mount a volume on /tmp" in line["message"]


@pytest.mark.parametrize("folder", ["/build/packages", "/build/app"])
def test_image_sets_file_modes_before_it_compiles(folder):
    opened = _DOCKERFILE.index(f"chmod -R a+rX {folder}")
    compiled = _DOCKERFILE.index(f"compileall -q --invalidation-mode unchecked-hash {folder}")

    assert _DOCKERFILE.index("COPY container_src") < _DOCKERFILE.rindex("chmod -R a+rX")
    assert opened < compiled


def test_final_stage_only_copies_and_has_a_numeric_user():
    final = _DOCKERFILE.rpartition("\nFROM ")[2].splitlines()
    instructions = {line.split(" ")[0] for line in final[1:] if line and line[0].isupper()}

    assert instructions == {"COPY", "ENV", "WORKDIR", "VOLUME", "USER", "EXPOSE", "CMD"}
    assert "USER 10001:10001" in final
    assert "--require-hashes" in _DOCKERFILE


def test_build_context_is_an_allow_list():
    rules = (PROJECT / "container_src" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    lines = [line for line in rules if line and not line.startswith("#")]

    assert lines[0] == "*"
    assert all(line.startswith("!") for line in lines[1:])
