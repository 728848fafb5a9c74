"""`make test`: checks, then the tests; a build of the Pulumi CLI delays the engine's tests only."""

import contextlib
import signal
import sys
from types import SimpleNamespace

import pytest

from tests.running import ROOT


@pytest.fixture
def run_tests(monkeypatch):
    """The script as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "run_tests", raising=False)
    import run_tests  # noqa: PLC0415  # only now on the path

    return run_tests


@pytest.fixture
def make_test(run_tests, monkeypatch):
    """Runs the script without its commands; returns its exit status and those commands."""

    def make_test(*, building, build_status=0, failing=()):
        commands = []

        def run(*arguments):
            command = arguments[-1].removeprefix(str(run_tests.SCRIPTS))
            commands.append(command)
            return int(command in failing)

        @contextlib.contextmanager
        def pulumi_build():
            state = None if building else build_status
            yield SimpleNamespace(poll=lambda: state, returncode=state, wait=lambda: build_status)

        monkeypatch.setattr(run_tests, "run", run)
        monkeypatch.setattr(run_tests, "pulumi_build", pulumi_build)
        return run_tests.main(), commands

    return make_test


def test_all_tests_run_together_if_the_cli_is_there(make_test):
    assert make_test(building=False) == (0, ["/check.py", "pytest"])


def test_engine_tests_wait_for_the_build(make_test):
    commands = ["/check.py", "--ignore=tests/engine", "tests/engine"]

    assert make_test(building=True) == (0, commands)


def test_failed_check_ends_the_run(make_test):
    assert make_test(building=False, failing=["/check.py"]) == (1, ["/check.py"])


@pytest.mark.parametrize("failing", ["--ignore=tests/engine", "tests/engine"])
def test_failed_test_fails_the_run(make_test, failing):
    status, commands = make_test(building=True, failing=[failing])

    assert status == 1
    assert commands[-1] == "tests/engine"


def test_failed_build_fails_the_run(make_test):
    assert make_test(building=False, build_status=1) == (1, ["/check.py"])
    status, commands = make_test(building=True, build_status=1)
    assert status == 1
    assert commands == ["/check.py", "--ignore=tests/engine"]


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_build_stops_when_the_tests_end_earlier(run_tests, monkeypatch, tmp_path, handler):
    """A shell makes what it starts in the background ignore Ctrl-C (SIG_IGN)."""
    previous = signal.signal(signal.SIGINT, handler)
    (tmp_path / "pulumi.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(run_tests, "SCRIPTS", tmp_path)

    try:
        with run_tests.pulumi_build() as build:
            assert build.poll() is None
    finally:
        signal.signal(signal.SIGINT, previous)

    assert build.returncode != 0
