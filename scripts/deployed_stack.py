"""A stack as `pulumi` knows it, and clients for the AWS account that it is deployed to."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3

ROOT: Final = Path(__file__).resolve().parent.parent


class StackError(Exception):
    """The stack cannot be used; the text names the cause and the next step."""


@dataclass(frozen=True)
class Finished:
    """The result of a command."""

    status: int
    output: str


Run = Callable[..., Finished]


def run(
    command: Sequence[str], *, shown: bool = True, variables: Mapping[str, str] | None = None
) -> Finished:
    """Run a command in the project; show its output while it runs unless *shown* is false."""
    try:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if shown else subprocess.DEVNULL,
            text=True,
        )
    except FileNotFoundError as error:
        raise StackError(f"{command[0]} was not found. Run: make pulumi") from error
    with process:
        lines = []
        for line in process.stdout or ():
            lines.append(line)
            if shown:
                print(line, end="", flush=True)
    return Finished(process.returncode, "".join(lines))


class Stack:
    """One stack of the project. *run* runs a command."""

    def __init__(self, pulumi: str, name: str, run: Run = run) -> None:
        self.name = name
        self._pulumi, self._run = pulumi, run
        self._had_settings = (ROOT / f"Pulumi.{name.rpartition('/')[2]}.yaml").exists()

    def pulumi(self, *words: str, shown: bool = True) -> Finished:
        command = [self._pulumi, *words, "--stack", self.name, "--non-interactive"]
        return self._run(command, shown=shown)

    def remove(self) -> None:
        """Remove the empty stack, and its settings if they did not exist before."""
        kept = ["--preserve-config"] if self._had_settings else []
        if self.pulumi("stack", "rm", "--yes", *kept).status:
            raise StackError(f"stack {self.name} was not removed. Run: pulumi stack rm {self.name}")

    def outputs(self) -> dict[str, Any]:
        """Return all outputs, with the secret ones."""
        return self._json("stack", "output", "--json", "--show-secrets")

    def config(self, key: str) -> str | None:
        """Return a setting of the stack file, None if it is not set."""
        finished = self.pulumi("config", "get", key, shown=False)
        return None if finished.status else finished.output.strip()

    def resources(self) -> list[dict[str, Any]]:
        """Return the state of every resource."""
        exported = self._json("stack", "export")
        found: list[dict[str, Any]] = exported["deployment"].get("resources", [])
        return found

    def session(self) -> boto3.Session:
        """Return a session for the region and profile of the stack."""
        region = self.config("aws:region") or os.environ.get("AWS_REGION")
        return boto3.Session(region_name=region, profile_name=self.config("aws:profile"))

    def _json(self, *words: str) -> dict[str, Any]:
        finished = self.pulumi(*words, shown=False)
        if finished.status:
            raise StackError(
                f"pulumi cannot read stack {self.name}. Run: pulumi {' '.join(words[:2])}"
                f" --stack {self.name}"
            )
        read: dict[str, Any] = json.loads(finished.output)
        return read
