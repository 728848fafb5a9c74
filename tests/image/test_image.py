"""The real image: its contents, and a task that runs it as declared."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path, PurePosixPath

import httpx
import pytest

from lab.parity import cases
from lab.parity.case import blog_json
from lab.parity.http_client import HttpClient
from localcloud.environment import clean_environment
from localcloud.images.runnable import Stored, make_runnable
from localcloud.images.tool import ImageError, find_tool
from localcloud.provider.ecs import read_task_definition
from tests.blog.databases import PROJECT, dynalite
from tests.contract import openapi
from tests.contract.checks import Backend, check_case
from tests.contract.conftest import TOKEN
from tests.image.building import TAG, build, own_store, running
from tests.infra.recording import Programs
from tests.infra.test_image_context import context
from tests.running import TIMEOUT_S, RunningCloud, wait_until

__all__ = ["dynalite"]

# The explanation in docs/parity.md that applies to a task alone.
TASK = frozenset({"two-media-types"})

# The first build on a machine creates the base and downloads every wheel.
pytestmark = pytest.mark.timeout(900)
BUILD_TOOLS = {
    *("cc", "c++", "gcc", "g++", "clang", "make", "cmake", "ld", "as", "cargo", "go", "git"),
    *("pip", "pip3", "pip3.13", "uv", "npm", "node", "docker", "buildah"),
}
FOLDERS = ("/", "/app", "/app/blog", "/opt/packages", "/etc", "/usr/bin", "/var")
# In memory; docker and podman provide it even with a read-only root.
SHARED_MEMORY = "/dev/shm"  # noqa: S108  # it is probed
PROBE = """
import json, os, sys

def writable(folder):
    try:
        open(f"{folder}/probe", "w").close()
    except OSError:
        return False
    return True

def becomes_root():
    try:
        os.setuid(0)
    except OSError:
        return False
    return True

folders = sys.argv[1:]
print(json.dumps({
    "user": [os.getuid(), os.geteuid(), os.getgid(), os.getegid()],
    "groups": [group for group in os.getgroups() if group != os.getgid()],
    "writable": [folder for folder in folders if writable(folder)],
    "read-only": [folder for folder in folders if os.statvfs(folder).f_flag & os.ST_RDONLY],
    "becomes root": becomes_root(),
    "folder": os.getcwd(),
}))
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with own_store():
        try:
            tool = find_tool()
        except ImageError as error:
            pytest.skip(str(error))
        yield build(tool, tmp_path_factory.mktemp("image") / "image.tar")


@pytest.fixture(scope="module")
def members(built):
    return {f"/{member.name.removeprefix('./')}": member for member in built.archive.members()}


@pytest.fixture(scope="module")
def root(built, tmp_path_factory):
    """A folder with the files of the image."""
    folder = tmp_path_factory.mktemp("root")
    built.archive.unpack(folder)
    return folder


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """The declared container."""
    programs = Programs(PROJECT, "local", tmp_path_factory.mktemp("program"))
    try:
        task = programs.run().called("containers-task")
    finally:
        programs.close()
    return read_task_definition(task.inputs).container


@pytest.fixture(scope="module")
def image(built, container, tmp_path_factory):
    try:
        made = make_runnable(built.tool, TAG, tmp_path_factory.mktemp("images"), sys.stderr)
    except ImageError as error:
        pytest.skip(str(error))
    if isinstance(made, Stored) and subprocess.call(made.start(["true"], "/", ())):
        pytest.skip(f"{built.tool.name} builds images here, but can run none")
    return made


@pytest.fixture(scope="module")
def start(image, container, dynalite):
    """Starts a task with an empty table."""

    def start():
        token = hashlib.sha256(TOKEN.encode()).hexdigest()
        changed = {"OPEN_WRITES": "false", "WRITE_TOKEN_SHA256": token}
        table = dynalite.new_table()
        return running(image, container, dynalite.endpoint, TABLE_NAME=table, **changed)

    return start


@pytest.fixture(scope="module")
def backend(start):
    with start() as task:
        backend = Backend("containers", HttpClient(task.url, TIMEOUT_S), TOKEN, TASK)
        assert backend.write("POST", "/blog", blog_json()).status == 201
        yield backend


def test_size_of_every_layer_is_printed(built, record_property):
    lines = [line.split() for line in built.output.splitlines()]
    layers = built.archive.layers()

    assert [float(line[0]) for line in lines[:-1]] == [
        pytest.approx(layer.size / 1e6, abs=0.06) for layer in layers
    ]
    assert float(lines[-1][0]) == pytest.approx(sum(layer.size for layer in layers) / 1e6, abs=0.06)
    for line in built.output.splitlines():
        record_property("measured", f"image:{line}")


def test_build_leaves_nothing_mounted(built):
    assert built.left_mounted == []


def test_command_and_folder_are_those_of_the_task(built, container):
    config = built.archive.config

    assert config["Cmd"] == container.command
    assert config["WorkingDir"] == container.working_directory
    assert set(config["Volumes"]) == set(container.volumes)


def test_user_is_numeric_and_not_root(built):
    user, group = built.archive.config["User"].split(":")

    assert int(user) > 0
    assert int(group) > 0


def test_environment_has_only_settings_of_python(built):
    names = [entry.partition("=")[0] for entry in built.archive.config["Env"]]

    assert sorted(names) == [
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPATH",
        "PYTHONUNBUFFERED",
    ]


def test_application_is_its_sources_and_their_bytecode(members):
    sources = {
        path.removeprefix("/app/"): member
        for path, member in members.items()
        if path.startswith("/app/") and member.isfile() and "__pycache__" not in path
    }
    sent = context(PROJECT / "container_src" / "Dockerfile.dockerignore")
    sent.discard("requirements/container.txt")

    assert set(sources) == sent
    assert {path for path in sources if bytecode(f"/app/{path}") not in members} == set()


def bytecode(path):
    source = PurePosixPath(path)
    return str(source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc")


def test_installed_packages_are_the_locked_ones(root):
    hashed = (PROJECT / "requirements" / "container.txt").read_text()
    wanted = re.findall(r"^(\S+)==(\S+)", hashed, re.MULTILINE)
    packages = root / "opt" / "packages"
    found = list(distributions(path=[str(packages)]))
    listed = {name.removeprefix("../../") for one in found for name in map(str, one.files)}
    files = {str(path.relative_to(packages)) for path in packages.rglob("*") if path.is_file()}

    assert sorted((one.name.lower(), one.version) for one in found) == sorted(wanted)
    assert {name for name in files - listed if "__pycache__" not in name} == set()


def test_no_installer_and_no_setuid_file_is_in_the_image(members):
    programs = {PurePosixPath(path).name for path, one in members.items() if "/bin/" in path}
    installers = [
        path
        for path in members
        if re.search(r"/(site-packages|dist-packages|ensurepip|pip|setuptools|wheel)(/|$)", path)
    ]

    assert programs & BUILD_TOOLS == set()
    assert installers == []
    assert [path for path, one in members.items() if one.isfile() and one.mode & 0o6000] == []


def test_no_secret_and_no_local_path_is_in_the_image(root):
    private = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY|" + re.escape(bytes(PROJECT)))
    ours = [path for name in ("app", "etc", "home", "root") for path in (root / name).rglob("*")]
    files = [path for path in ours if path.is_file() and not path.is_symlink()]

    assert files
    assert [path for path in files if private.search(path.read_bytes())] == []


def test_container_runs_as_its_user_on_a_read_only_root(image, container, built):
    command = image.start(
        ["python3", "-c", PROBE, *FOLDERS, "/dev", SHARED_MEMORY, *container.volumes],
        container.working_directory,
        container.volumes,
    )
    environment = clean_environment("http://127.0.0.1:1", image.variables)
    report = json.loads(subprocess.check_output(command, env=environment))
    user, group = map(int, built.archive.config["User"].split(":"))
    read_only = report.pop("read-only")

    assert read_only == list(FOLDERS)  # /dev is a separate file system of root
    assert report == {
        "user": [user, user, group, group],
        "groups": [],
        "writable": [SHARED_MEMORY, *container.volumes],
        "becomes root": False,
        "folder": container.working_directory,
    }


def test_container_passes_the_contract(backend):
    asked = [case for case in cases.API if not backend.exempts(case)]
    for case in asked:
        openapi.check(case, check_case(backend, case).response)

    assert len(asked) > 100


def test_container_stops_on_sigterm_within_the_stop_timeout(start, container, record_property):
    with start() as task, httpx.Client(base_url=task.url, timeout=TIMEOUT_S) as client:
        # The connection stays open, like those of a load balancer.
        assert client.get("/").status_code == 200
        task.process.terminate()

        assert task.process.wait(container.stop_timeout_s) == 0
    record_property("measured", f"image: the first answer came after {task.first_answer_s:.2f} s")


def test_local_cloud_runs_and_stops_tasks_from_the_image(image, built, tmp_path):
    base = [f"--image-base={built.base}"] if built.base else []
    others = tasks()
    with RunningCloud(tmp_path / "state", "--containers=image", *base) as cloud:
        cloud.ready()
        client = HttpClient(cloud.containers, TIMEOUT_S)
        made = Backend("containers", client, cloud.token).write("POST", "/blog", blog_json())
        user = int(built.archive.config["User"].partition(":")[0])

        assert made.status == 201
        assert {Path(f"/proc/{pid}").stat().st_uid for pid in tasks() - others} == {user}
        cloud.process.kill()
        wait_until(lambda: tasks() <= others)


def tasks():
    """Return the processes that run the declared command from an image."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"/opt/packages/bin/gunicorn" in words:
                found.add(int(folder.name))
    return found
