"""What every test gets: an environment without AWS, and one local cloud for those that read it."""

import functools
import gc
import os
import signal
import sys

import botocore.session
import pytest

from tests.running import RunningCloud
from tests.scheduling import ModuleScheduling, longest_first

MOST_CORES = 4  # the longest module sets the time, and a worker takes up to 1 GB of memory


def pytest_addoption(parser):
    parser.addoption(
        "--fast", action="store_true", help="skip tests that start a process or an app"
    )


def pytest_configure(config):
    # A shell makes background jobs ignore SIGINT, and every program that the tests start inherits
    # that: tests of Ctrl-C would fail.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Without bytecode, each worker and each process that a test starts compiles everything again.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if config.getoption("--fast"):
        from tests.fast import Fast  # noqa: PLC0415  # Textual takes half a second

        config.pluginmanager.register(Fast(config))


@pytest.fixture(autouse=True, scope="session")
def clean_environ(tmp_path_factory):
    """Keep the tests from the user's settings and running local clouds."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "BLOGS_", "PULUMI_")) or name.lower().endswith("_proxy"):
                patch.delenv(name)
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        patch.setenv("AWS_CONFIG_FILE", "/nonexistent")
        # Read when an emulated account is made, once in a process, by whichever test comes first.
        patch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        yield


@pytest.fixture(autouse=True, scope="session")
def one_botocore_loader():
    """Let all sessions of botocore share a loader: each parses megabytes of endpoints otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(botocore.session.create_loader)
        patch.setattr(botocore.session, "create_loader", once)
        yield


@pytest.fixture(scope="session")
def running_cloud(tmp_path_factory):
    """A local cloud that the tests leave running."""
    state = tmp_path_factory.mktemp("cloud") / "state"
    with RunningCloud(state) as cloud:
        yield cloud.ready()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """Start one worker more than there are cores: many tests wait for the processes they start."""
    return min(os.cpu_count() or 1, MOST_CORES) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ModuleScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    longest_first(items)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect tests without garbage collection: nearly all of what this allocates stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish():
    """Exempt what collection loaded (moto, pulumi, textual) from garbage collection.

    Without it, scanning these objects over and over takes a quarter of the CPU time of tests/tui.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_terminal_summary(terminalreporter):
    """Say what tests have measured: figures of this machine, which no test may assert."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties if report.when == "call" else ():
            if name == "measured":
                terminalreporter.write_line(value)
