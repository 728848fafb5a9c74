"""`make pulumi`: the CLI on PATH if it is new enough, else a built one, else one clear line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.tool import provided_tool
from tests.running import ROOT, is_alive, wait_until

SCRIPT = str(ROOT / "scripts" / "pulumi.py")


@pytest.fixture
def provide(run_copy, tmp_path):
    """Runs the script with a PATH that holds only a Pulumi CLI of the given version."""

    def provide(version, *arguments, host=True, **variables):
        for name in ("pulumi", "pulumi-language-python"):
            tool = tmp_path / name
            tool.write_text(f"#!/bin/sh\necho {version}\n")
            tool.chmod(0o755)
        if not host:
            tool.unlink()
        return run_copy(*arguments, **variables)

    return provide


def test_cli_on_path_is_used_if_it_is_new_enough(provide, tmp_path):
    assert provide("v3.272.0").stdout == f"{tmp_path / 'pulumi'}\n"
    assert provide("v4.0.0-beta").stdout == f"{tmp_path / 'pulumi'}\n"


def test_cli_without_a_language_host_gets_ours(provide, tmp_path):
    for _ in range(2):
        tool = Path(provide("v3.272.0", host=False).stdout.strip())

    assert tool.resolve() == tmp_path / "pulumi"
    assert "language.py" in tool.with_name("pulumi-language-python").read_text()
    assert subprocess.check_output([tool, "version"], text=True) == "v3.272.0\n"


def test_older_cli_is_not_used(provide, tmp_path):
    for version in ("v3.271.9", "nonsense"):
        assert str(tmp_path) not in provide(version).stdout


@pytest.fixture
def without_a_built_one(tmp_path):
    """A copy of the script in a folder where nothing is built yet."""
    (tmp_path / "copy" / "scripts").mkdir(parents=True)
    copy = tmp_path / "copy" / "scripts" / "pulumi.py"
    copy.write_bytes((ROOT / "scripts" / "pulumi.py").read_bytes())
    module = tmp_path / "copy" / "tools" / "pulumi"
    module.mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (module / name).write_bytes((ROOT / "tools" / "pulumi" / name).read_bytes())
    return copy


@pytest.fixture
def run_copy(without_a_built_one, tmp_path):
    def run(*arguments, **variables):
        return subprocess.run(
            [sys.executable, str(without_a_built_one), *arguments],
            env={"PATH": str(tmp_path), **variables},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_without_pulumi_and_go_one_line_says_what_to_install(run_copy):
    plain = run_copy()

    assert (plain.returncode, plain.stdout) == (1, "")
    assert plain.stderr.count("\n") == 1
    assert "Install Pulumi" in plain.stderr
    assert "or Go" in plain.stderr
    assert run_copy("--optional").returncode == 0
    assert run_copy("--optional", CI="true").returncode == 1


def test_engine_tests_are_skipped_without_a_cli_but_fail_in_ci(
    provide, without_a_built_one, tmp_path, monkeypatch
):
    root = without_a_built_one.parent.parent
    provide("v3.272.0")
    assert provided_tool(root) == tmp_path / "pulumi"
    assert provide("v3.100.0", "--optional").returncode == 0

    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no suitable pulumi found"):
        provided_tool(root)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no suitable pulumi found"):
        provided_tool(root)


def test_failed_build_is_reported_and_fails_only_if_required(run_copy, tmp_path):
    (tmp_path / "go").write_text("#!/bin/sh\necho 'go: no network' >&2\nexit 1\n")
    (tmp_path / "go").chmod(0o755)

    plain = run_copy()
    assert (plain.returncode, plain.stdout) == (1, "")
    assert "pulumi: the build failed: go: no network" in plain.stderr
    assert run_copy("--optional").returncode == 0
    assert run_copy("--optional", CI="true").returncode == 1


def test_stopped_build_ends_go_too(without_a_built_one, tmp_path):
    (tmp_path / "go").write_text("#!/bin/sh\necho $$ > pid\nexec /bin/sleep 60\n")
    (tmp_path / "go").chmod(0o755)
    pid = without_a_built_one.parent.parent / "tools" / "pulumi" / "pid"
    with subprocess.Popen(
        [sys.executable, str(without_a_built_one)], env={"PATH": str(tmp_path)}
    ) as build:
        wait_until(lambda: pid.exists() and pid.read_text().endswith("\n"))
        build.terminate()

    assert build.returncode == 130
    wait_until(lambda: not is_alive(int(pid.read_text())))


def test_go_sum_covers_every_required_module():
    module = ROOT / "tools" / "pulumi"
    declared = (module / "go.mod").read_text()
    required = re.findall(r"^(?:\t|.*=> )(\S+) (v\S+)", declared, re.MULTILINE)
    replaced = re.findall(r"^replace (\S+)", declared, re.MULTILINE)
    summed = [line.split()[:2] for line in (module / "go.sum").read_text().splitlines()]

    assert len(required) > 100
    for name, version in required:
        assert name in replaced or [name, f"{version}/go.mod"] in summed


def test_no_recipe_names_a_module_proxy():
    for path in ("Makefile", "scripts/pulumi.py", "tools/pulumi/go.mod", "tools/pulumi/tools.go"):
        text = (ROOT / path).read_text()
        assert "GOPROXY" not in text
        assert "proxy." not in text


def test_help_has_an_example():
    answer = subprocess.run(
        [sys.executable, SCRIPT, "--help"], capture_output=True, text=True, check=True
    )

    assert "make pulumi" in answer.stdout
    assert "example: " in answer.stdout
