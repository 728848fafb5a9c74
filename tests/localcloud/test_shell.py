"""`python -m localcloud shell` and `env`, as far as they need no engine."""

import shutil

import pytest

from tests.running import ROOT


@pytest.mark.parametrize("name", ["shell", "env"])
def test_a_stack_without_an_endpoint_is_an_error(command, name, tmp_path):
    answer = command(name, "--stack", "stage", "--state", str(tmp_path))

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("localcloud: stack stage has no awsEndpoint")
    assert answer.stderr.count("\n") == 1


def test_the_error_without_a_local_cloud_names_the_folder(command, tmp_path):
    answer = command("shell", "--state", str(tmp_path), "true")

    assert answer.returncode == 1
    assert f"no local cloud in {tmp_path} accepts Pulumi commands" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_pulumi_nothing_starts(command, tmp_path):
    for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    state = tmp_path / "state"
    answer = command("--engine", "pulumi", "--project", str(tmp_path), "--state", str(state))

    assert answer.returncode == 1
    assert answer.stderr == ("localcloud: no suitable pulumi found. Run: make pulumi\n")
    assert not state.exists()


@pytest.mark.parametrize("name", ["shell", "env"])
def test_help_has_an_example(command, name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = command(name, "--help")

    assert answer.returncode == 0
    assert "example: " in answer.stdout
    assert f"python -m localcloud {name}" in answer.stdout
    assert max(map(len, answer.stdout.splitlines())) <= 80


@pytest.mark.parametrize("words", [["--reload"], ["--config", "memorySize=512"]])
def test_options_of_the_built_in_engine_are_errors_with_pulumi(command, words):
    answer = command("--engine", "pulumi", *words)

    assert answer.returncode == 2
    assert f"{words[0]} has no effect with --engine pulumi" in answer.stderr
