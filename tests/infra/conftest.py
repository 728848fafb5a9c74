"""Runs of the program with a provider that only records."""

import contextlib
import shutil

import pytest

from tests.infra.recording import Programs
from tests.infra.variants import STACK, VARIANTS


@pytest.fixture(scope="session")
def stacks(pytestconfig, tmp_path_factory):
    """Returns the program of a stack; all stacks share one process."""
    folder = tmp_path_factory.mktemp("programs")
    programs = Programs(pytestconfig.rootpath, STACK, folder, PYTHONHASHSEED="1")
    with contextlib.closing(programs):
        yield programs.of


@pytest.fixture(scope="session")
def declare(stacks):
    """Runs the program of the local stack with changed settings."""
    return stacks("local").run


@pytest.fixture(scope="session")
def declare_deployed(stacks):
    """Runs the program of a stack with default settings and the given ones."""
    return stacks(STACK).run


@pytest.fixture(scope="session")
def program(declare):
    return declare()


@pytest.fixture(scope="session")
def variants(declare_deployed):
    """Returns the declarations of a variant; each runs once."""
    made = {}

    def variant(name):
        if name not in made:
            made[name] = declare_deployed(**VARIANTS[name])
        return made[name]

    return variant


@pytest.fixture(scope="session")
def deployed(variants):
    return variants("defaults")


@pytest.fixture(scope="session", params=VARIANTS)
def variant(request, variants):
    """The declarations of each stack in `VARIANTS` in turn."""
    return variants(request.param)


PROGRAM = ("__main__.py", "Pulumi.yaml", "blog", "infra", "lambda_src", "requirements")


@pytest.fixture
def own_project(pytestconfig, tmp_path):
    """A copy of the program, with its own build cache."""
    root = tmp_path / "project"
    root.mkdir()
    for name in PROGRAM:
        source = pytestconfig.rootpath / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, root / name)
    (root / ".cache").mkdir()
    (root / ".cache" / "uv").symlink_to(pytestconfig.rootpath / ".cache" / "uv")
    return root
