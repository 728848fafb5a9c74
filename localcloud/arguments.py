"""What the commands of the local cloud may be told, each argument described once."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

BUILT_IN: Final = "built-in"
REAL: Final = "pulumi"
LOCAL: Final = "local"
PROCESSES: Final = "processes"
IMAGE: Final = "image"
_HIGHEST_PORT: Final = 65535


def add(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Let *parser* take the arguments called *names*."""
    for name in names:
        parser.add_argument(name, **ARGUMENTS[name])


def located(given: dict[str, Any]) -> dict[str, Any]:
    """Give the project's folder and the state folder in full, the default one where none is."""
    root = given["project"].resolve()
    state = given["state"] or root / ".cache" / "localcloud" / given["stack"]
    return given | {"project": root, "state": state.absolute()}


def _stack(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no stack name (letters, digits, '-', '_' and '.', at most 100)"
        )
    return text


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (1 to {_HIGHEST_PORT})")
    return int(text)


ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "--project": {
        "type": Path,
        "default": Path(),
        "metavar": "FOLDER",
        "help": "where Pulumi.yaml lies; default: this folder",
    },
    "--stack": {
        "type": _stack,
        "default": LOCAL,
        "metavar": "NAME",
        "help": f"one without a Pulumi.NAME.yaml has the settings of {LOCAL} (with --engine pulumi "
        f"it needs the file, which Pulumi reads itself); default: {LOCAL}",
    },
    "--state": {
        "type": Path,
        "metavar": "FOLDER",
        "help": "default: .cache/localcloud/STACK in the project",
    },
    "--config": {
        "type": _setting,
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "a Pulumi setting, over those of Pulumi.yaml and Pulumi.STACK.yaml; repeatable",
    },
    "--api-port": {
        "type": _port,
        "metavar": "PORT",
        "help": "of the HTTP API, kept from then on; default: a free one, kept",
    },
    "--balancer-port": {
        "type": _port,
        "metavar": "PORT",
        "help": "of the load balancer; likewise",
    },
    "--dynamodb-endpoint": {
        "metavar": "URL",
        "help": "use this DynamoDB-compatible database instead of starting one",
    },
    "--containers": {
        "choices": (PROCESSES, IMAGE),
        "default": PROCESSES,
        "help": "run tasks as processes of this Python, or from the image that docker, podman or "
        "buildah builds of the Dockerfile; default: processes",
    },
    "--image-base": {
        "default": "",
        "metavar": "IMAGE",
        "help": "what that image is built on; default: the Dockerfile's own base",
    },
    "--reload": {
        "action": "store_true",
        "help": "follow edits of the program and of its sources",
    },
    "--engine": {
        "choices": (BUILT_IN, REAL),
        "default": BUILT_IN,
        "help": "who runs the program: this command at once, or `pulumi up` when you type it "
        "(see python -m localcloud shell --help); default: built-in",
    },
    "--until-eof": {
        "action": "store_true",
        "help": "stop when standard input ends too; for scripts",
    },
}
