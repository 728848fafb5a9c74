"""The help of the command and its sub-commands."""

from __future__ import annotations

import argparse

import pytest

from tui.command.arguments import build_parser

PARSER = build_parser()
COMMANDS = next(each for each in PARSER._actions if each.dest == "command").choices  # noqa: SLF001 -- argparse has no public way to list them
PARSERS = [PARSER, *COMMANDS.values()]


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.prog)
def test_the_help_fits_in_80_columns_and_has_an_example(parser, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    lines = parser.format_help().splitlines()

    assert max(map(len, lines)) <= 80
    assert any(line in {"example:", "examples:"} for line in lines)


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.prog)
def test_the_help_of_each_option_names_its_default(parser):
    for action in parser._actions:  # noqa: SLF001 -- same
        assert action.help or action.choices
        if action.default not in {None, "", False, argparse.SUPPRESS}:
            assert f"(default: {action.default})" in action.help
