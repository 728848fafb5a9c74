"""Running local clouds, found by the pointer files that they write while they run."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tui.settings.values import SettingsError
from tui.settings.xdg import shortened, state_home

OWN_VARIABLE: Final = "BLOGS_LOCAL_CLOUD"
"""The state folder of the local cloud that a shell belongs to. There, the client uses no other."""
QUIT_VARIABLE: Final = "BLOGS_QUIT_STOPS_LOCAL_CLOUD"
"""Set by a program that starts the client and a local cloud, and stops both together."""
_RUNNING: Final = "running.json"  # in the state folder: the same text as the pointer file


@dataclass(frozen=True, kw_only=True)
class LocalCloud:
    """One running local cloud."""

    stack: str
    state: Path
    outputs_file: Path

    @property
    def folder(self) -> Path:
        """The project folder if it contains the state folder where it is by default.

        Otherwise, the state folder.
        """
        is_default = self.state.parts[-3:] == (".cache", "localcloud", self.stack)
        return self.state.parents[2] if is_default else self.state

    def is_in(self, folder: str) -> bool:
        """Return True if *folder* is its folder, or the last part or parts of its path."""
        parts = Path(folder).parts
        return self.folder.parts[len(self.folder.parts) - len(parts) :] == parts

    def outputs(self) -> dict[str, Any]:
        """Read the outputs of its stack."""
        document = _read_object(self.outputs_file)
        if document is None:
            raise SettingsError(
                f"Cannot read the outputs of local cloud {self.stack} from {self.outputs_file}. "
                "Wait until it has started, or restart it."
            )
        return document


def named(environ: Mapping[str, str], name: str) -> LocalCloud | None:
    """Return the running local cloud called STACK or STACK@FOLDER, or None."""
    stack, _, folder = name.partition("@")
    clouds = running(environ)
    matching = [cloud for cloud in clouds if cloud.stack == stack and cloud.is_in(folder)]
    if len(matching) > 1:
        options = _options(matching, environ)
        raise SettingsError(
            f"Several local clouds named {name} are running. Select one with {options}."
        )
    return matching[0] if matching else None


def is_folder_name(name: str) -> bool:
    """Return True for STACK@FOLDER, which is never a Pulumi stack: their names have no @."""
    return "@" in name


def only(environ: Mapping[str, str]) -> LocalCloud | None:
    """Return the only running local cloud, or None. Raise SettingsError if there are several."""
    clouds = running(environ)
    if len(clouds) > 1:
        raise SettingsError(
            f"Several local clouds are running. Select one with {_options(clouds, environ)}."
        )
    return clouds[0] if clouds else None


def options(environ: Mapping[str, str]) -> str:
    """List the running local clouds with the option that selects each."""
    return _options(running(environ), environ) or "none"


def _options(clouds: Sequence[LocalCloud], environ: Mapping[str, str]) -> str:
    return " or ".join(
        f"--stack {shlex.quote(_shortest_name(cloud, clouds))} ({shortened(cloud.folder, environ)})"
        for cloud in clouds
    )


def _shortest_name(cloud: LocalCloud, clouds: Sequence[LocalCloud]) -> str:
    """Return its stack, with as much of its folder as no other local cloud has."""
    others = [other for other in clouds if other.stack == cloud.stack and other != cloud]
    if not others:
        return cloud.stack
    parts = cloud.folder.parts
    ends = (str(Path(*parts[-count:])) for count in range(1, len(parts)))
    unique = (end for end in ends if not any(other.is_in(end) for other in others))
    return f"{cloud.stack}@{next(unique, cloud.folder)}"


def running(environ: Mapping[str, str]) -> list[LocalCloud]:
    """Return the running local clouds of this user; in a local cloud's shell, only that one."""
    own = environ.get(OWN_VARIABLE)
    if own:
        cloud = _live(Path(own) / _RUNNING)
        return [cloud] if cloud else []
    return [cloud for cloud in map(_live, sorted(_folder(environ).glob("*.json"))) if cloud]


def check_own(environ: Mapping[str, str]) -> None:
    """Raise SettingsError in the shell of a local cloud that has stopped.

    Without this check, a write could go to another local cloud with the same name.
    """
    own = environ.get(OWN_VARIABLE)
    if own and not _locked(own):
        raise SettingsError(
            f"The local cloud in {own}, which {OWN_VARIABLE} selects, is not running. "
            "Start it again, or use another shell."
        )


def _folder(environ: Mapping[str, str]) -> Path:
    return state_home(environ) / "aws-blog-demo" / "running"


def _live(pointer: Path) -> LocalCloud | None:
    """Return the local cloud of a pointer file; None if it has stopped or the file is damaged."""
    document = _read_object(pointer) or {}
    texts = [document.get(key) for key in ("stack", "state", "outputs")]
    stack, state, outputs = (text if isinstance(text, str) else None for text in texts)
    pid = document.get("pid")
    if stack is None or state is None or outputs is None or not isinstance(pid, int):
        return None
    if not (is_alive(pid) and _locked(state)):
        return None
    return LocalCloud(stack=stack, state=Path(state), outputs_file=Path(outputs))


def _locked(state: str) -> bool:
    """Return True if a process locks the state folder. A pid alone may have been reused."""
    try:
        with (Path(state) / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (OSError, ValueError):
        return False
    return False


def _read_object(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def is_alive(pid: int) -> bool:
    """Return True if a process with this pid exists."""
    if pid <= 0:  # os.kill would address a process group
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
