"""The arguments of the local cloud's commands, each described once."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

BUILT_IN: Final = "built-in"
PULUMI: Final = "pulumi"
LOCAL: Final = "local"
PROCESSES: Final = "processes"
IMAGE: Final = "image"
_HIGHEST_PORT: Final = 65535


def add(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Add the arguments called *names* to *parser*."""
    for name in names:
        parser.add_argument(name, **ARGUMENTS[name])


def with_folders(given: dict[str, Any]) -> dict[str, Any]:
    """Make the project's folder and the state folder absolute; set the default state folder."""
    root = given["project"].resolve()
    state = given["state"] or root / ".cache" / "localcloud" / given["stack"]
    return given | {"project": root, "state": state.absolute()}


def _stack(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", text):
        raise argparse.ArgumentTypeError(
            f"invalid stack name {text!r} (use letters, digits, '-', '_' and '.', at most 100)"
        )
    return text


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"invalid setting {text!r} (use KEY=VALUE)")
    return key, value


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"invalid port {text!r} (use 1 to {_HIGHEST_PORT})")
    return int(text)


ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "--project": {
        "type": Path,
        "default": Path(),
        "metavar": "FOLDER",
        "help": "folder of Pulumi.yaml (default: the current folder)",
    },
    "--stack": {
        "type": _stack,
        "default": LOCAL,
        "metavar": "NAME",
        "help": f"name of the stack; without a Pulumi.NAME.yaml, Pulumi.{LOCAL}.yaml applies, but "
        f"--engine pulumi needs the file (default: {LOCAL})",
    },
    "--state": {
        "type": Path,
        "metavar": "FOLDER",
        "help": "folder for blogs, ports, token and logs "
        "(default: .cache/localcloud/STACK in the project)",
    },
    "--config": {
        "type": _setting,
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "a Pulumi setting; overrides Pulumi.yaml and Pulumi.STACK.yaml; repeatable",
    },
    "--api-port": {
        "type": _port,
        "metavar": "PORT",
        "help": "port of the HTTP API, remembered for later starts (default: a free port)",
    },
    "--balancer-port": {
        "type": _port,
        "metavar": "PORT",
        "help": "port of the load balancer, remembered for later starts (default: a free port)",
    },
    "--dynamodb-endpoint": {
        "metavar": "URL",
        "help": "use this DynamoDB-compatible database instead of starting one",
    },
    "--containers": {
        "choices": (PROCESSES, IMAGE),
        "default": PROCESSES,
        "help": "run tasks with this Python, or from the image that docker, podman or "
        "buildah builds from the Dockerfile (default: processes)",
    },
    "--image-base": {
        "default": "",
        "metavar": "IMAGE",
        "help": "base image (default: the one in the Dockerfile)",
    },
    "--reload": {
        "action": "store_true",
        "help": "apply edits of the program and its sources as you save them",
    },
    "--engine": {
        "choices": (BUILT_IN, PULUMI),
        "default": BUILT_IN,
        "help": "what runs the program: this command, or `pulumi up` when you run it; see "
        "python -m localcloud shell --help (default: built-in)",
    },
    "--until-eof": {
        "action": "store_true",
        "help": "also stop at the end of standard input; for scripts",
    },
}
