"""Run the ``pulumi`` command, without a shell, to get stacks and their outputs."""

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
_CHECK_PULUMI: Final = "Check that the pulumi on PATH is the Pulumi CLI."
_NOT_INSTALLED: Final = (
    "The pulumi command is not on PATH. Install it (https://www.pulumi.com/docs/install/), or set "
    "the URLs of the backends."
)
# A part of an error message of pulumi, and the next step; the first match is used.
_NEXT_STEPS: Final = (
    ("no stack named", "To list the stacks, run `pulumi stack ls` in {project}."),
    ("no Pulumi.yaml", "Set the folder of the project with --project or BLOGS_PROJECT."),
    ("PULUMI_ACCESS_TOKEN", "Run `pulumi login` first."),
    ("passphrase", "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE."),
    ("", "For details, run `pulumi stack ls` in {project}."),
)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack of the project."""

    name: str
    current: bool


def outputs(project: Path, stack: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the outputs of the stack, with secrets in plain text."""
    arguments = ["stack", "output", "--json", "--show-secrets", f"--stack={stack}"]
    document = _read_json(project, arguments, environ)
    if not isinstance(document, dict):
        raise SettingsError(f"The outputs from pulumi are not a JSON object. {_CHECK_PULUMI}")
    return document


def stacks(project: Path, environ: Mapping[str, str]) -> list[Stack]:
    """Return the stacks of the project."""
    document = _read_json(project, ["stack", "ls", "--json"], environ)
    if not isinstance(document, list):
        raise SettingsError(f"The stacks from pulumi are not a JSON array. {_CHECK_PULUMI}")
    named = [item for item in document if isinstance(item, dict) and _is_name(item.get("name"))]
    return [Stack(name=item["name"], current=item.get("current") is True) for item in named]


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _read_json(project: Path, arguments: list[str], environ: Mapping[str, str]) -> object:
    code, out, err = _run(project, arguments, environ)
    if code != 0:
        raise SettingsError(_failure(project, err.decode(errors="replace")))
    try:
        return json.loads(out)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The output of pulumi is not JSON. {_CHECK_PULUMI}") from error


def _run(
    project: Path, arguments: list[str], environ: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Run pulumi in its own session, so that a timeout can end all its processes."""
    try:
        process = subprocess.Popen(  # noqa: S603 -- a list of arguments, no shell
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607 -- the user's pulumi
            cwd=project,
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise SettingsError(_start_failure(project, error)) from error
    with process, _killed_at_exit(process):
        try:
            out, err = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise SettingsError(
                f"The pulumi command did not finish within {TIME_LIMIT:g} s. To see what it waits "
                f"for, run `pulumi stack ls` in {_folder_name(project)}."
            ) from error
    return process.returncode, out, err


@contextmanager
def _killed_at_exit(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Kill the processes of pulumi on exit if they still run."""
    try:
        yield
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _folder_name(project: Path) -> str:
    return "this folder" if project == Path() else str(project)


def _start_failure(project: Path, error: OSError | ValueError) -> str:
    if isinstance(error, ValueError):
        return "The name of the stack contains an invalid character."
    if not _is_folder(project):
        return f"The project folder {project} does not exist. Check --project and BLOGS_PROJECT."
    if isinstance(error, FileNotFoundError):
        return _NOT_INSTALLED
    return f"Cannot start pulumi: {error.strerror}."


def _is_folder(project: Path) -> bool:
    try:
        return project.is_dir()
    except OSError:  # such as a name that is too long
        return False


def _failure(project: Path, stderr: str) -> str:
    """Return one line with the error that pulumi printed and the next step."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    error = next((line for line in lines if line.startswith("error:")), "".join(lines[-1:]))
    reason = text.line(error.removeprefix("error:").strip(), 300).rstrip(".") or "no error message"
    next_step = next(step for part, step in _NEXT_STEPS if part.lower() in stderr.lower())
    return f"The pulumi command failed: {reason}. {next_step.format(project=_folder_name(project))}"
