"""`python -m localcloud shell` and `env`: the environment for Pulumi's commands.

The real engine finds its providers, its state and its passphrase only through environment
variables. Its own PULUMI_HOME separates it from the plugins and the login of other projects.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

from localcloud.arguments import add, with_folders
from localcloud.engine.project import ENDPOINT, Project, ProjectError, load_for_pulumi
from localcloud.state import in_use, write_private

_DESCRIPTION: Final = {
    "shell": "Open a shell, or run COMMAND, in which pulumi deploys to the running local cloud.",
    "env": "Print the variables that `python -m localcloud shell` sets, for eval in your shell.",
}
_EXAMPLE: Final = {
    "shell": "python -m localcloud shell pulumi up --yes",
    "env": 'eval "$(python -m localcloud env)"',
}
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_PACKAGES: Final = ("aws", "random")  # whose resources the local cloud provides
_PASSPHRASE_FILE: Final = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105  # a variable's name
_PASSPHRASES: Final = ("PULUMI_CONFIG_PASSPHRASE", _PASSPHRASE_FILE)


def run(name: str, *words: str) -> int:
    """Run the command *name*; return its exit status, unless it becomes another program."""
    parser = argparse.ArgumentParser(
        prog=f"python -m localcloud {name}",
        description=_DESCRIPTION[name],
        epilog=f"example: {_EXAMPLE[name]}",
    )
    add(parser, ("--project", "--stack", "--state"))
    if name == "shell":
        parser.add_argument(
            "command",
            nargs=argparse.REMAINDER,
            metavar="COMMAND",
            help="command to run (default: a shell)",
        )
    given = with_folders(vars(parser.parse_args(words)))
    try:
        project, wrong = load_for_pulumi(given["project"], given["stack"])
        if wrong:
            print(f"localcloud: warning: {wrong}", file=sys.stderr)  # noqa: T201  # its output
        environment = _prepare(project, given["state"])
    except ProjectError as error:
        sys.exit(f"localcloud: {error}")
    if name == "shell":
        shell = os.environ.get("SHELL", "/bin/sh")
        _exec(given["command"] or [shell], os.environ | environment)
    for key, value in environment.items():
        print(f"export {key}={shlex.quote(value)}")  # noqa: T201  # its output
    return 0


def client_environment(project: Project, state: Path) -> dict[str, str]:
    """Return the variables by which `blogs` finds this local cloud, and no other of its name."""
    return {
        "BLOGS_LOCAL_CLOUD": str(state.resolve()),
        "BLOGS_PROJECT": str(project.root.resolve()),
        "BLOGS_STACK": project.stack,
    }


def _exec(command: list[str], environment: Mapping[str, str]) -> NoReturn:
    """Replace this process by the command, so that Ctrl-C goes to the command alone."""
    try:
        os.execvpe(command[0], command, environment)  # noqa: S606  # the user's own command
    except OSError as error:
        sys.exit(f"localcloud: cannot run {command[0]}: {error.strerror}")


def provider_port(project: Project) -> int:
    """Return the port of the stack's AWS endpoint, which the local cloud serves."""
    endpoint = project.config.get(f"{project.name}:{ENDPOINT}", "")
    parts = urlsplit(endpoint)
    if parts.scheme != "http" or parts.hostname not in _LOOPBACK or not parts.port:
        raise ProjectError(
            f"stack {project.stack} has no {ENDPOINT} on this machine, so its program would "
            f"connect to AWS. Set it, for example to http://127.0.0.1:4566."
        )
    return parts.port


def engine_environment(project: Project, state: Path) -> dict[str, str]:
    """Return the variables by which the real engine uses only this local cloud."""
    port = provider_port(project)
    backend = state / "pulumi"
    variables = {
        "PATH": os.pathsep.join(
            [str(engine_tool(project.root).parent), os.environ.get("PATH", "")]
        ),
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_HOME": str(backend / "home"),
        "PULUMI_DEBUG_PROVIDERS": ",".join(f"{name}:{port}" for name in _PACKAGES),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    if not any(name in os.environ for name in _PASSPHRASES):
        variables[_PASSPHRASE_FILE] = str(state / "passphrase")
    return variables


def _prepare(project: Project, state: Path) -> dict[str, str]:
    """Create what the engine needs: backend, passphrase and stack; return its variables."""
    port = provider_port(project)
    if not (in_use(state) and _answers(port)):
        raise ProjectError(
            f"no local cloud in {state} accepts Pulumi commands. In another terminal, run: "
            "python -m localcloud --engine pulumi"
        )
    environment = engine_environment(project, state)
    environment |= client_environment(project, state)
    (state / "pulumi").mkdir(exist_ok=True)
    passphrase = state / "passphrase"
    if _PASSPHRASE_FILE in environment and not passphrase.exists():
        write_private(passphrase, secrets.token_urlsafe())
    _select(project, environment)
    return environment


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
    except OSError:
        return False
    return True


def engine_tool(root: Path) -> Path:
    """Return the Pulumi that `make pulumi` has chosen: built in the project, or on PATH."""
    provided = root / ".cache" / "pulumi" / "provided"
    tool = Path(provided.read_text("utf-8")) if provided.exists() else None
    if not (tool and tool.exists()):
        raise ProjectError("no suitable pulumi found. Run: make pulumi")
    return tool


def _select(project: Project, environment: Mapping[str, str]) -> None:
    """Create the stack in its backend, and select it."""
    done = subprocess.run(
        [str(engine_tool(project.root)), "stack", "select", "--create", project.stack],
        cwd=project.root,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ProjectError(
            f"{done.stderr.strip()}\n(The encryptionsalt in Pulumi.{project.stack}.yaml needs its "
            "passphrase: set PULUMI_CONFIG_PASSPHRASE, or delete that line.)"
        )
