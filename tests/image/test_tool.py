"""Which tool builds the image, and the error if none does."""

import os
import shutil
import subprocess
import sys

import pytest

from localcloud.images.tool import ImageError, find_tool
from tests.blog.databases import PROJECT
from tests.running import RunningCloud

NONE = "No docker, podman or buildah works here."
FAILING = """#!/bin/sh
case $1 in images) exit 0 ;; esac
echo "no such base" >&2
exit 7
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Creates the programs on PATH from their names and scripts."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(**scripts):
        for name, script in scripts.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("user", "first", "second"), [(1000, "podman", "buildah"), (0, "buildah", "podman")]
)
def test_first_working_tool_is_used(programs, monkeypatch, user, first, second):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    folder = programs(docker="exit 1", podman="exit 0", buildah="exit 0")

    assert find_tool().program == str(folder / first)
    programs(**{first: "exit 1"})
    assert find_tool().program == str(folder / second)


def test_without_a_working_tool_one_line_says_what_to_install(programs):
    programs(docker="exit 1")

    with pytest.raises(ImageError, match=NONE):
        find_tool()


@pytest.mark.parametrize("arguments", [[], ["--base", "debian"]])
def test_make_image_without_a_tool_fails_with_one_line(programs, arguments):
    programs(docker="exit 1")
    command = [sys.executable, "scripts/image.py", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith(f"image: {NONE}")
    assert done.stderr.count("\n") == 1


def test_failed_build_error_names_the_build_without_a_registry(programs):
    folder = programs()
    (folder / "buildah").write_text(FAILING)
    (folder / "buildah").chmod(0o755)
    command = [sys.executable, "scripts/image.py"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "no such base" in done.stderr
    assert done.stderr.endswith(
        "image: buildah could not build the image (exit 7); "
        "without an image registry, use: make image BASE=debian\n"
    )


def cloud_on(folder, tmp_path):
    return RunningCloud(
        tmp_path / "state", "--containers", "image", environment={"PATH": str(folder)}
    )


def test_local_cloud_without_a_tool_fails_with_one_line(programs, tmp_path):
    with cloud_on(programs(docker="exit 1"), tmp_path) as cloud:
        assert cloud.stop_by_itself() == 1

        assert cloud.read_log().startswith(f"localcloud: {NONE}")
        assert cloud.read_log().count("\n") == 1


def test_local_cloud_reports_why_an_image_build_failed(programs, tmp_path):
    node = shutil.which("node", path=f"{PROJECT}/.venv/bin:/usr/local/bin:/usr/bin:/bin")
    folder = programs(node=f'exec {node} "$@"')
    (folder / "buildah").write_text(FAILING)
    (folder / "buildah").chmod(0o755)

    with cloud_on(folder, tmp_path) as cloud:
        assert cloud.stop_by_itself() == 1

        assert "buildah could not build the image (exit 7): no such base" in cloud.read_log()
