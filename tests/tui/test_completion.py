"""The completion scripts, in real shells where there are any."""

from __future__ import annotations

import shlex
import shutil
import subprocess

import pytest

from tui.command.arguments import SHELLS, build_parser
from tui.command.completion import script

COMMANDS = {"ls", "show", "post", "edit", "rm", "diff", "outputs", "completion"}


def bash(tmp_path, *words):
    """Give what bash offers when the last of *words* is being typed."""
    line = " ".join(map(shlex.quote, ("blogs", *words)))
    program = (
        f"{script('bash', build_parser())}\nCOMP_WORDS=({line})\n"
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_blogs\n"
        '[[ ${#COMPREPLY[@]} == 0 ]] || printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=30,
        check=True,
    )
    assert done.stderr == ""
    return set(done.stdout.splitlines())


def test_bash_offers_commands_and_options_of_the_program(tmp_path):
    offered = bash(tmp_path, "")

    assert offered >= COMMANDS | {"--stack", "--read-only"}
    assert bash(tmp_path, "o") == {"outputs"}


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["ls", "--al"], {"--all"}),
        (["ls", "--yes"], set()),
        (["rm", "--y"], {"--yes"}),
        (["--backend", ""], {"functions", "containers"}),
        (["ls", "--backend", "f"], {"functions"}),
        (["ls", "--backend", "="], {"functions", "containers"}),
        (["ls", "--backend", "=", "c"], {"containers"}),
        (["--backend", "containers", "completion", "z"], {"zsh"}),
        (["--backend", "=", "containers", "completion", "z"], {"zsh"}),
        (["--stack", "rm", "ls", "--al"], {"--all"}),
        (["show", "b"], set()),
        (["ls", "--limit", ""], set()),
    ],
)
def test_bash_offers_what_fits_the_place(tmp_path, words, offered):
    assert bash(tmp_path, *words) == offered


def test_bash_offers_files_where_a_file_is_meant_and_folders_where_one_is(tmp_path):
    (tmp_path / "a file").touch()
    (tmp_path / "a folder").mkdir()

    assert bash(tmp_path, "post", "--file", "a") == {"a file", "a folder"}
    assert bash(tmp_path, "--project", "a") == {"a folder"}


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish_offers_what_fits_the_place(tmp_path):
    (tmp_path / "blogs.fish").write_text(script("fish", build_parser()))

    def offered(line):
        ask = f"source blogs.fish; complete -C {shlex.quote(line)}"
        words = ["fish", "--no-config", "-c", ask]
        done = subprocess.run(
            words, capture_output=True, text=True, cwd=tmp_path, timeout=30, check=True
        )
        return {entry.partition("\t")[0] for entry in done.stdout.splitlines()}

    assert offered("blogs ") >= COMMANDS
    assert offered("blogs ls --al") == {"--all"}
    assert offered("blogs ls --backend ") == {"functions", "containers"}


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_reads_its_script():
    program = f'compdef() {{ print -r -- "$@" }}\n{script("zsh", build_parser())}'

    done = subprocess.run(["zsh", "-f", "-c", program], capture_output=True, timeout=30, check=True)

    assert (done.stdout, done.stderr) == (b"_blogs blogs\n", b"")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_option_is_in_every_script(shell):
    written = script(shell, build_parser())

    for word in (*COMMANDS, "read-only", "if-match", "token-file"):
        assert word in written


def test_no_description_breaks_out_of_its_quotes():
    parser = build_parser()
    commands = next(action for action in parser._actions if action.dest == "command")  # noqa: SLF001 -- argparse has no other way to ask
    commands.choices["ls"].add_argument("--odd", help="it's [odd]: \\ %% $(touch pwned)")

    assert "'--odd[it'\\''s \\[odd\\]\\: \\\\ %% $(touch pwned)]: : '" in script("zsh", parser)
    assert "-d 'it\\'s [odd]: \\\\ %% $(touch pwned)'" in script("fish", parser)
    assert "pwned" not in script("bash", parser)
