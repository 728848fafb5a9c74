"""Asks the ``pulumi`` command for stacks and their outputs, never through a shell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tui import text
from tui.settings.values import SettingsError

TIME_LIMIT: Final = 30.0
_ABSENT: Final = (
    "pulumi is not on PATH: install it (https://www.pulumi.com/docs/install/), or give the URLs."
)
# What pulumi says, and what to do about it; the first that fits counts.
_ADVICE: Final = (
    ("no stack named", "`pulumi stack ls` in {project} lists those that are there."),
    ("no Pulumi.yaml", "name the project's folder with --project, BLOGS_PROJECT or project."),
    ("PULUMI_ACCESS_TOKEN", "run `pulumi login` first."),
    ("passphrase", "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE."),
    ("", "run `pulumi stack ls` in {project} to see more."),
)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack of the project."""

    name: str
    current: bool


def outputs(project: Path, stack: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Give the stack's outputs, secrets in clear."""
    words = ["stack", "output", "--json", "--show-secrets", f"--stack={stack}"]
    document = _ask(project, words, environ)
    if not isinstance(document, dict):
        raise SettingsError("pulumi gave outputs that are no object: is it the right pulumi?")
    return document


def stacks(project: Path, environ: Mapping[str, str]) -> list[Stack]:
    """Give the project's stacks."""
    document = _ask(project, ["stack", "ls", "--json"], environ)
    if not isinstance(document, list):
        raise SettingsError("pulumi gave stacks that are no list: is it the right pulumi?")
    named = [item for item in document if isinstance(item, dict) and _is_name(item.get("name"))]
    return [Stack(name=item["name"], current=item.get("current") is True) for item in named]


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _ask(project: Path, words: list[str], environ: Mapping[str, str]) -> object:
    code, out, err = _run(project, words, environ)
    if code != 0:
        raise SettingsError(_failure(project, err.decode(errors="replace")))
    try:
        return json.loads(out)
    except (ValueError, RecursionError) as error:
        raise SettingsError("pulumi gave no JSON: is it the right pulumi?") from error


def _run(project: Path, words: list[str], environ: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """Run it in a session of its own, so that nothing of it is left when the time is up."""
    try:
        process = subprocess.Popen(  # noqa: S603 -- a list of words, no shell
            ["pulumi", *words, "--non-interactive"],  # noqa: S607 -- the person's own pulumi
            cwd=project,
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise SettingsError(_cannot_start(project, error)) from error
    with process, _ended(process):
        try:
            out, err = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise SettingsError(
                f"pulumi did not answer within {TIME_LIMIT:g} s: run `pulumi stack ls` in "
                f"{_named(project)} to see what it waits for."
            ) from error
    return process.returncode, out, err


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave nothing running, whatever happens."""
    try:
        yield
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _named(project: Path) -> str:
    return "this folder" if project == Path() else str(project)


def _cannot_start(project: Path, error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "The name of the stack has a character that no argument can hold."
    if not _is_folder(project):
        return f"The project folder {project} is not there: check --project."
    if isinstance(error, FileNotFoundError):
        return _ABSENT
    return f"pulumi cannot be started: {error.strerror}."


def _is_folder(project: Path) -> bool:
    try:
        return project.is_dir()
    except OSError:  # such as a name that is longer than any can be
        return False


def _failure(project: Path, complaint: str) -> str:
    """Make one sentence of what pulumi printed, and say what to do."""
    lines = [line for line in complaint.splitlines() if line.strip()]
    said = next((line for line in lines if line.startswith("error:")), "".join(lines[-1:]))
    reason = text.line(said.removeprefix("error:").strip(), 300).rstrip(".") or "nothing at all"
    advice = next(words for sign, words in _ADVICE if sign.lower() in complaint.lower())
    return f"pulumi says: {reason}; {advice.format(project=_named(project))}"
