"""Stacks and outputs from the ``pulumi`` command, for which a fake is on PATH."""

from __future__ import annotations

import json
import os

import pytest

from tests.running import is_alive, wait_until
from tui.settings import pulumi_cli
from tui.settings.backends import Finder, Flags
from tui.settings.config import Config
from tui.settings.values import BackendName, SettingsError

OUTPUTS = {
    "FunctionsURL": "https://f.example/Prod",
    "ContainersURL": "https://c.example",
    "WriteToken": "of-the-stack",
    "Region": "eu-west-1",
    "AccountId": "123456789012",
    "TaskCpu": 256,
}


@pytest.fixture
def environ(tmp_path):
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "HOME": str(tmp_path),
    }


@pytest.fixture
def pulumi(tmp_path):
    """Put a `pulumi` on PATH that runs *script* and records its arguments and folder."""

    def install(script):
        program = tmp_path / "bin" / "pulumi"
        program.parent.mkdir(exist_ok=True)
        note = f'printf "%s\\n" "$@" > {tmp_path}/words; pwd > {tmp_path}/folder\n'
        program.write_text(f"#!/bin/sh\n{note}{script}\n")
        program.chmod(0o755)

    return install


def script_printing(document):
    return f"cat <<'END'\n{json.dumps(document)}\nEND"


def stack(environ, name="dev", **flags):
    return Finder(flags=Flags(stack=name, **flags), environ=environ, config=Config()).find()


def test_a_stack_provides_urls_token_region_and_account(environ, pulumi, tmp_path):
    pulumi(script_printing(OUTPUTS))
    environ["BLOGS_WRITE_TOKEN"] = "of-another-stack"

    found = stack(environ, project=str(tmp_path))

    assert found.get(BackendName.FUNCTIONS).url == "https://f.example/Prod"
    assert found.get(BackendName.CONTAINERS).source == "stack dev"
    assert found.token.header() == "Bearer of-the-stack"
    assert found.deployment.words == "stack dev · eu-west-1 · account 123456789012"
    assert found.deployment.chosen_by == "--stack"
    assert found.outputs["TaskCpu"] == 256
    assert "of-the-stack" not in repr(found)
    words = (tmp_path / "words").read_text().split()
    assert words == [
        "stack",
        "output",
        "--json",
        "--show-secrets",
        "--stack=dev",
        "--non-interactive",
    ]
    assert (tmp_path / "folder").read_text().strip() == str(tmp_path)


@pytest.mark.parametrize("name", ["$(touch pwned)", "--yes", "a b;touch pwned", "`touch pwned`"])
def test_a_stack_name_is_never_an_option_or_a_command(environ, pulumi, tmp_path, name):
    pulumi(script_printing(OUTPUTS))

    stack(environ, name, project=str(tmp_path))

    assert f"--stack={name}" in (tmp_path / "words").read_text().splitlines()
    assert not (tmp_path / "pwned").exists()


def test_a_stack_name_with_a_null_character_is_an_error(environ, pulumi):
    pulumi(script_printing(OUTPUTS))

    with pytest.raises(SettingsError, match="contains an invalid character"):
        stack(environ, "a\0b")


@pytest.mark.parametrize(
    ("error_text", "words"),
    [
        (
            "error: no stack named 'dev' found",
            "pulumi command failed: no stack named 'dev' found. To list the stacks, run",
        ),
        (
            "error: no Pulumi.yaml project file found; either",
            "Set the folder of the project with --project",
        ),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions",
            "Run `pulumi login` first",
        ),
        ("error: incorrect passphrase", "Set PULUMI_CONFIG_PASSPHRASE"),
        ("warning: x\nerror: \x1b[31mred", "pulumi command failed: red. For details, run `pulumi"),
        ("", "pulumi command failed: no error message. For details, run"),
    ],
)
def test_a_pulumi_error_is_one_line_with_the_next_step(environ, pulumi, error_text, words):
    pulumi(f"cat >&2 <<'END'\n{error_text}\nEND\nexit 6")

    with pytest.raises(SettingsError) as caught:
        stack(environ)

    assert words in str(caught.value)
    assert "No local cloud named dev is running (running: none; to reach" in str(caught.value)
    assert "the Pulumi stack dev cannot be read. The pulumi command failed: " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("printed", ["", "[]", "nonsense", '"text"'])
def test_invalid_outputs_are_an_error(environ, pulumi, printed):
    pulumi(f"echo '{printed}'")

    with pytest.raises(SettingsError, match="Check that the pulumi on PATH"):
        stack(environ)


def test_a_stack_without_urls_is_an_error(environ, pulumi):
    pulumi(script_printing({"bucket": "x"}))

    with pytest.raises(SettingsError, match="outputs of stack dev have neither"):
        stack(environ)


def test_without_pulumi_the_error_shows_how_to_install_it(environ, tmp_path):
    environ["PATH"] = str(tmp_path)

    with pytest.raises(SettingsError, match=r"pulumi command is not on PATH\. Install it"):
        stack(environ)


@pytest.mark.parametrize("folder", ["/nope", "/" + "x" * 300], ids=["absent", "too-long"])
def test_a_missing_project_folder_is_an_error(environ, pulumi, folder):
    pulumi(script_printing(OUTPUTS))

    with pytest.raises(SettingsError, match=f"project folder {folder} does not exist"):
        stack(environ, project=folder)


def test_a_hanging_pulumi_is_ended_with_its_children(environ, pulumi, tmp_path, monkeypatch):
    child = tmp_path / "child"
    pulumi(f"sleep 3600 & echo $! > {child}; wait")

    for limit in (0.5, 2, 8, 32):  # a busy machine starts no shell in half a second
        monkeypatch.setattr(pulumi_cli, "TIME_LIMIT", limit)
        with pytest.raises(SettingsError, match=rf"did not finish within {limit} s"):
            stack(environ)
        if child.exists() and child.read_text():
            break

    wait_until(lambda: not is_alive(int(child.read_text())))


def test_the_stacks_of_a_project_are_listed(environ, pulumi, tmp_path):
    pulumi(script_printing([{"name": "dev", "current": True}, {"name": "prod"}, {"name": 5}, "x"]))

    found = pulumi_cli.stacks(tmp_path, environ)

    assert [(one.name, one.current) for one in found] == [("dev", True), ("prod", False)]
