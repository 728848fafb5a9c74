"""Running local clouds, found by the pointer files that they write while they run."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tui.settings.values import SettingsError
from tui.settings.xdg import state_home

OWN_VARIABLE: Final = "BLOGS_LOCAL_CLOUD"
"""The state folder of the local cloud that a shell belongs to. There, the client uses no other."""
_RUNNING: Final = "running.json"  # in the state folder: the same text as the pointer file


@dataclass(frozen=True, kw_only=True)
class LocalCloud:
    """One running local cloud."""

    name: str
    stack: str
    state: Path
    outputs_file: Path

    @property
    def label(self) -> str:
        """The option that selects it, and its state folder: several may run the same stack."""
        return f"--stack {self.name} ({self.state})"

    def outputs(self) -> dict[str, Any]:
        """Read the outputs of its stack."""
        document = _read_object(self.outputs_file)
        if document is None:
            raise SettingsError(
                f"Cannot read the outputs of local cloud {self.stack} from {self.outputs_file}. "
                "Wait until it has started, or restart it."
            )
        return document


def named(environ: Mapping[str, str], stack: str) -> LocalCloud | None:
    """Return the running local cloud with this name or stack, or None."""
    matching = [cloud for cloud in running(environ) if stack in {cloud.name, cloud.stack}]
    exact = [cloud for cloud in matching if cloud.name == stack] or matching
    if len(exact) > 1:
        raise SettingsError(
            f"Several local clouds named {stack} are running. Select one with {_labels(exact)}."
        )
    return exact[0] if exact else None


def only(environ: Mapping[str, str]) -> LocalCloud | None:
    """Return the only running local cloud, or None. Raise SettingsError if there are several."""
    clouds = running(environ)
    if len(clouds) > 1:
        raise SettingsError(f"Several local clouds are running. Select one with {_labels(clouds)}.")
    return clouds[0] if clouds else None


def labels(environ: Mapping[str, str]) -> str:
    """List the running local clouds with the option that selects each."""
    return _labels(running(environ)) or "none"


def _labels(clouds: Sequence[LocalCloud]) -> str:
    return " or ".join(cloud.label for cloud in clouds)


def running(environ: Mapping[str, str]) -> list[LocalCloud]:
    """Return the running local clouds of this user; in a local cloud's shell, only that one."""
    own = environ.get(OWN_VARIABLE)
    if own:
        cloud = _live(Path(own) / _RUNNING)
        return [replace(cloud, name=cloud.stack)] if cloud else []
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
    return LocalCloud(name=pointer.stem, stack=stack, state=Path(state), outputs_file=Path(outputs))


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
