"""The completion scripts, in real interactive shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest

from tests.tui.terminal.pseudo_terminal import DEADLINE, opened
from tui.command.arguments import SHELLS, build_parser
from tui.command.completion import script

# Each loads the script, and binds Ctrl-B to write the command line to the file `line`.
SETUP = {
    "bash": """\
source ./script
save() { printf %s "$READLINE_LINE" > new && mv new line; }
bind -x '"\\C-b": save'
""",
    "zsh": """\
autoload -Uz compinit && compinit -u -D
eval "$(cat script)"
save() { print -rn -- "$BUFFER" > new && mv new line }
zle -N save
bindkey '^B' save
""",
    "fish": """\
source script
function save; commandline > new; mv new line; end
bind \\cb save
""",
}
COMMANDS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
HARMFUL = "it's [odd]: \\ %% \" `touch one` $(touch two) (touch three)"
TAB, CTRL_B, CTRL_U = b"\t", b"\x02", b"\x15"


class Shell:
    """An interactive shell that has loaded its completion script."""

    def __init__(self, terminal, folder):
        self._terminal = terminal
        self.folder = folder
        self._line = folder / "line"

    def complete(self, typed):
        """Type a command line and Tab; return the line that the shell then shows."""
        self._terminal.type(CTRL_U + typed.encode() + TAB)
        return self._saved()

    def _saved(self):
        self._line.unlink(missing_ok=True)
        self._terminal.type(CTRL_B)
        deadline = time.monotonic() + DEADLINE
        while not self._line.exists():
            assert time.monotonic() < deadline, self._terminal.seen[-2000:]
            self._terminal.read(0.05)
        return self._line.read_text().rstrip("\n")


@pytest.fixture(scope="module", params=SHELLS)
def shell(request, tmp_path_factory):
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    folder = tmp_path_factory.mktemp(request.param)
    parser = build_parser()
    parser.add_argument("--odd", help=HARMFUL)
    (folder / "script").write_text(script(request.param, parser))
    (folder / "setup").write_text(SETUP[request.param])
    (folder / "a file").touch()
    (folder / "big folder").mkdir()
    (folder / "big folder" / "inner file").touch()
    command = COMMANDS[request.param]
    start = f"import os; os.chdir({str(folder)!r}); os.execvp({command[0]!r}, {command!r})"
    environ = {**os.environ, "HOME": str(folder), "TERM": "xterm"}
    with opened(environ, (120, 36), ["-c", start]) as terminal:
        terminal.type(b"source ./setup && echo load''ed\r")
        terminal.expect(b"loaded")
        yield Shell(terminal, folder)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("blogs o", "blogs outputs "),
        ("blogs pa", "blogs parity "),
        ("blogs --pl", "blogs --plain-http-token "),
        ("blogs ls --al", "blogs ls --all "),
        ("blogs rm --y", "blogs rm --yes "),
        ("blogs rm 019e0d3c --y", "blogs rm 019e0d3c --yes "),
        ("blogs --read-only post --titl", "blogs --read-only post --title "),
        ("blogs ls --backend f", "blogs ls --backend functions "),
        ("blogs metrics --period 2", "blogs metrics --period 24h "),
        ("blogs --backend containers completion z", "blogs --backend containers completion zsh "),
        ("blogs --stack rm ls --al", "blogs --stack rm ls --all "),
        ("blogs post --file a", "blogs post --file a\\ file "),
        ("blogs post --file big\\ folder/i", "blogs post --file big\\ folder/inner\\ file "),
        ("blogs post --file 'big folder/i", "blogs post --file 'big folder/inner file' "),
        ("blogs --project b", "blogs --project big\\ folder/"),
    ],
)
def test_tab_completes_commands_options_values_and_files(shell, typed, completed):
    assert shell.complete(typed) == completed


@pytest.mark.parametrize(
    "typed",
    ["blogs ls --yes", "blogs show a", "blogs ls --limit ", "blogs post --title a", "blogs xy"],
)
def test_tab_changes_nothing_where_nothing_fits(shell, typed):
    assert shell.complete(typed) == typed


@pytest.mark.parametrize("shell", ["bash", "fish"], indirect=True)
def test_option_and_value_may_be_joined_by_an_equals_sign(shell):
    assert shell.complete("blogs ls --backend=f") == "blogs ls --backend=functions "
    assert shell.complete("blogs ls --token-file=a") == "blogs ls --token-file=a\\ file "
    joined = "blogs --backend=containers completion z"
    assert shell.complete(joined) == "blogs --backend=containers completion zsh "


@pytest.mark.parametrize("shell", SHELLS)
def test_each_script_has_every_command_and_option(shell):
    written = script(shell, build_parser())
    commands = next(each for each in build_parser()._actions if each.dest == "command").choices  # noqa: SLF001 -- argparse has no public way to list them

    for name, parser in {"": build_parser(), **commands}.items():
        assert name in written
        for action in parser._actions:  # noqa: SLF001 -- same
            for option in action.option_strings:
                assert option.lstrip("-") in written


def test_help_text_is_shown_and_never_executed(shell):
    assert shell.complete("blogs --od") == "blogs --odd "
    shell.complete("blogs --")

    assert not {"one", "two", "three"} & {file.name for file in shell.folder.iterdir()}


def test_only_the_completion_command_imports_shtab():
    program = (
        "import sys; from tui.command.cli import main\n"
        "main(['outputs'])\n"
        "assert 'shtab' not in sys.modules\n"
        "main(['completion', 'bash'])\n"
        "assert 'shtab' in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
