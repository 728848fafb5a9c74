"""Build the image with `make image`, and run it as the local cloud does."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.environment import clean_environment
from localcloud.images.archive import Archive
from localcloud.images.runnable import Runnable
from localcloud.images.task_image import Container
from localcloud.images.tool import Tool
from tests.blog.databases import PROJECT, free_port, wait_for_port

TAG = "aws-blog-demo-test"
STORE = PROJECT / ".cache" / "image"
DOCKERFILE = PROJECT / "container_src" / "Dockerfile"


@dataclass(frozen=True)
class Built:
    """The result of `make image`."""

    tool: Tool
    archive: Archive
    output: str
    base: str
    left_mounted: list[str]


@contextlib.contextmanager
def own_store() -> Iterator[None]:
    """Let podman and buildah store images in the project folder; Docker has a daemon."""
    STORE.mkdir(parents=True, exist_ok=True)
    settings = STORE / "storage.conf"
    settings.write_text(
        f'[storage]\ndriver = "overlay"\ngraphroot = "{STORE / "store"}"\n'
        f'runroot = "{STORE / "running"}"\n'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTAINERS_STORAGE_CONF", str(settings))
        yield


def _base(tool: Tool) -> str:
    """Return the base image; skip the test if there is none."""
    if shutil.which("debootstrap") and os.geteuid() == 0:
        return "debian"
    named = re.search(r"^ARG BASE=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE)[1]
    if subprocess.run([tool.program, "pull", named], capture_output=True, check=False).returncode:
        pytest.skip("no base: no image registry answers, and debootstrap (as root) is not here")
    return ""


def build(tool: Tool, saved: Path) -> Built:
    """Run `make image`."""
    base = _base(tool)
    command = [sys.executable, "scripts/image.py", f"--tag={TAG}", f"--save={saved}"]
    made = subprocess.run(
        [*command, f"--base={base}"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    named = re.search(r"--image-base (\S+)", made.stderr)
    return Built(tool, Archive(saved), made.stdout, named[1] if named else base, _mounted())


def _mounted() -> list[str]:
    """Return the mounted layers of the store."""
    places = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return [place for place in places if place.startswith(str(STORE)) and place.endswith("/merged")]


@dataclass
class Task:
    """A task that runs the image."""

    process: subprocess.Popen[bytes]
    url: str
    first_answer_s: float


@contextlib.contextmanager
def running(image: Runnable, container: Container, endpoint: str, **changed: str) -> Iterator[Task]:
    """Run the declared command in the declared environment, with changes."""
    port = free_port()
    own = {"HOST": "127.0.0.1", "PORT": str(port)}
    variables = {**image.variables, **container.environment, **changed, **own}
    line = image.start(container.command, container.working_directory, container.volumes)
    started = time.perf_counter()
    process = subprocess.Popen(
        line, env=clean_environment(endpoint, variables), start_new_session=True
    )
    try:
        wait_for_port(port, 60)
        url = f"http://127.0.0.1:{port}"
        urllib.request.urlopen(url, timeout=60).close()
        yield Task(process, url, time.perf_counter() - started)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
