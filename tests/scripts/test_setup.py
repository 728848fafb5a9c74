"""`make setup`: it can be repeated, stays in the project folder, and names what is missing."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from tests.running import ROOT


@pytest.fixture
def setup(tmp_path, monkeypatch):
    """Return the script as a module, with its folders in a temporary one."""
    spec = importlib.util.spec_from_file_location("project_setup", ROOT / "scripts" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(module, "CACHE", str(tmp_path))
    monkeypatch.setattr(module, "BIN", str(tmp_path / "bin"))
    monkeypatch.setattr(module, "VENV", str(tmp_path))
    return module


def test_step_runs_once_for_the_same_inputs(setup):
    done = []
    for inputs in (["a"], ["a"], ["b"], ["b"]):
        setup.step("packages", inputs, lambda: done.append(1))

    assert len(done) == 2


def test_interrupted_step_runs_again_even_with_the_previous_inputs(setup):
    def interrupted():
        raise KeyboardInterrupt

    done = []
    setup.step("packages", ["a"], lambda: done.append(1))
    with pytest.raises(KeyboardInterrupt):
        setup.step("packages", ["b"], interrupted)
    setup.step("packages", ["a"], lambda: done.append(1))

    assert len(done) == 2


def test_new_environment_gets_its_packages_again(setup, monkeypatch):
    monkeypatch.setattr(setup, "run", lambda command: None)
    monkeypatch.setattr(setup.shutil, "rmtree", lambda *_, **__: None)
    done = []
    setup.step("packages", ["a"], lambda: done.append(1))

    setup.create_environment()
    setup.step("packages", ["a"], lambda: done.append(1))

    assert len(done) == 2


def test_user_settings_do_not_change_the_install_target(setup, monkeypatch):
    for name in ("UV_SYSTEM_PYTHON", "PIP_TARGET", "PIP_USER", "UV_PYTHON"):
        monkeypatch.setenv(name, "1")
    seen = Path(setup.CACHE) / "seen.json"
    program = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"

    setup.run([sys.executable, "-c", program, str(seen)])

    environment = json.loads(seen.read_text())
    assert not {"UV_SYSTEM_PYTHON", "PIP_TARGET", "PIP_USER", "UV_PYTHON"} & set(environment)
    for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
        assert environment[name].startswith(setup.CACHE)


def test_failed_command_is_reported(setup):
    with pytest.raises(SystemExit, match=r"setup: command failed \(exit 3\): .*exit\(3\)"):
        setup.run([sys.executable, "-c", "exit(3)"])


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 8, 18), (3, 10, 99)])
def test_old_python_is_reported_in_one_line_with_the_next_step(setup, monkeypatch, version):
    monkeypatch.setattr(setup.sys, "version_info", version)

    with pytest.raises(SystemExit) as stopped:
        setup.check_python()

    message = str(stopped.value)
    assert message.startswith("setup: Python 3.11 or newer is required; ")
    assert f"is {version[0]}.{version[1]}. Install it, or run: make PYTHON=" in message
    assert "\n" not in message


def test_missing_venv_module_error_names_the_package_to_install(setup, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(SystemExit, match=r"module venv is missing; .* apt install python3-venv"):
        setup.check_python()
