"""Completion scripts for shells, made from the description of the command line itself."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_FILES: Final = {"FILE": "file", "FOLDER": "folder"}


@dataclass(frozen=True, kw_only=True)
class _Option:
    """One option, and what may follow it."""

    flag: str
    help: str
    value: str
    """What it takes: nothing, ``words``, ``file``, ``folder`` or ``text``."""
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Command:
    """One command; that without a name is the program itself."""

    name: str
    help: str
    options: tuple[_Option, ...]
    words: tuple[str, ...]
    """What may stand as an argument, when there are only a few."""


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """Give the script that teaches *shell* to complete what *parser* takes."""
    return _SHELLS[shell](_described(parser))


def _described(parser: argparse.ArgumentParser) -> list[_Command]:
    nested = next(
        action
        for action in parser._actions  # noqa: SLF001 -- argparse has no other way to ask
        if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 -- likewise
    )
    helps = {choice.dest: choice.help or "" for choice in nested._choices_actions}  # noqa: SLF001 -- likewise
    commands = [_command(name, helps[name], sub) for name, sub in nested.choices.items()]
    return [_command("", "", parser), *commands]


def _command(name: str, words: str, parser: argparse.ArgumentParser) -> _Command:
    actions = parser._actions  # noqa: SLF001 -- likewise
    positional = [action for action in actions if not action.option_strings]
    few = (action for action in positional if action.choices and name)
    return _Command(
        name=name,
        help=words,
        options=tuple(map(_option, filter(lambda action: action.option_strings, actions))),
        words=tuple(str(choice) for action in few for choice in action.choices or ()),
    )


def _option(action: argparse.Action) -> _Option:
    words = tuple(map(str, action.choices or ()))
    takes = "" if action.nargs == 0 else "words" if words else "text"
    return _Option(
        flag=action.option_strings[-1],
        help=action.help or "",
        value=_FILES.get(str(action.metavar), takes),
        words=words,
    )


def _bash(commands: Sequence[_Command]) -> str:
    options = {option.flag: option for command in commands for option in command.options}
    return _BASH.format(
        valued="|".join(flag for flag, option in options.items() if option.value),
        values="\n".join(map(_bash_value, filter(lambda one: one.value, options.values()))),
        commands="\n".join(map(_bash_words(commands), commands)),
    )


def _bash_value(option: _Option) -> str:
    ask = {
        "words": f"-W $'{_lines(option.words)}'",
        "file": "-f",
        "folder": "-d",
        "text": "",
    }[option.value]
    reply = f'COMPREPLY=($(compgen {ask} -- "$current")); ' if ask else ""
    names = "compopt -o filenames 2>/dev/null; " if option.value in _FILES.values() else ""
    return f"        {option.flag}) {names}{reply}return ;;"


def _bash_words(commands: Sequence[_Command]) -> Callable[[_Command], str]:
    names = [command.name for command in commands if command.name]

    def line(command: _Command) -> str:
        flags = [option.flag for option in command.options]
        words = [*flags, *(command.words if command.name else names)]
        return f"        {command.name or chr(39) * 2}) words=$'{_lines(words)}' ;;"

    return line


def _lines(words: Iterable[str]) -> str:
    return "\\n".join(words)


_BASH: Final = """\
# Completion of blogs for bash. In ~/.bashrc: eval "$(blogs completion bash)"
_blogs() {{
    local IFS=$'\\n' current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
    local command= index words
    COMPREPLY=()
    # bash makes words of their own of --option, = and the value.
    if [[ $current == = ]]; then current=; elif [[ $previous == = ]]; then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    case $previous in
{values}
    esac
    for ((index = 1; index < COMP_CWORD; index++)); do
        case ${{COMP_WORDS[index]}} in
            {valued})
                [[ ${{COMP_WORDS[index+1]}} == = ]] && ((index++))
                ((index++)) ;;
            -*) ;;
            *) command=${{COMP_WORDS[index]}}; break ;;
        esac
    done
    case $command in
{commands}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _blogs blogs
"""


def _zsh(commands: Sequence[_Command]) -> str:
    program, *rest = commands
    return _ZSH.format(
        options=_zsh_options(program),
        commands="\n".join(f"            '{one.name}:{_zsh_fit(one.help)}'" for one in rest),
        cases="\n".join(
            f"            {one.name}) _arguments {_zsh_options(one)}{_zsh_words(one)} ;;"
            for one in rest
        ),
    )


def _zsh_options(command: _Command) -> str:
    return " ".join(map(_zsh_option, command.options))


def _zsh_option(option: _Option) -> str:
    value = {
        "": "",
        "text": ": : ",
        "file": ":file:_files",
        "folder": ":folder:_files -/",
        "words": f":value:({' '.join(option.words)})",
    }[option.value]
    return f"'{option.flag}[{_zsh_fit(option.help)}]{value}'"


def _zsh_words(command: _Command) -> str:
    return f" '1:value:({' '.join(command.words)})'" if command.words else ""


def _zsh_fit(words: str) -> str:
    """Escape what means something in a description of zsh's."""
    for mark in "\\[]:":
        words = words.replace(mark, f"\\{mark}")
    return words.replace("'", "'\\''")


_ZSH: Final = """\
#compdef blogs
# Completion of blogs for zsh. In ~/.zshrc, after compinit: eval "$(blogs completion zsh)"
_blogs() {{
    local curcontext=$curcontext state line
    typeset -A opt_args
    _arguments -C {options} '1: :->command' '*:: :->argument'
    case $state in
        command)
            local -a commands
            commands=(
{commands}
            )
            _describe command commands ;;
        argument)
            case $words[1] in
{cases}
            esac ;;
    esac
}}
if [[ $funcstack[1] == _blogs ]]; then _blogs "$@"; else compdef _blogs blogs; fi
"""


def _fish(commands: Sequence[_Command]) -> str:
    lines = [
        "# Completion of blogs for fish. In its config.fish: blogs completion fish | source",
        "complete -c blogs -f",
    ]
    for command in commands:
        seen = f"__fish_seen_subcommand_from {command.name}"
        when = f"-n '{seen if command.name else '__fish_use_subcommand'}'"
        if command.name:
            help_ = _fish_fit(command.help)
            lines.append(
                f"complete -c blogs -n '__fish_use_subcommand' -a {command.name} -d {help_}"
            )
        if command.words:
            lines.append(f"complete -c blogs {when} -a '{' '.join(command.words)}'")
        lines += [f"complete -c blogs {when} {_fish_option(one)}" for one in command.options]
    return "\n".join(lines)


def _fish_option(option: _Option) -> str:
    value = {
        "": "",
        "text": " -x",
        "file": " -r -F",
        "folder": " -x -a '(__fish_complete_directories)'",
        "words": f" -x -a '{' '.join(option.words)}'",
    }[option.value]
    return f"-l {option.flag.removeprefix('--')}{value} -d {_fish_fit(option.help)}"


def _fish_fit(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_SHELLS: Final[dict[str, Callable[[Sequence[_Command]], str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
