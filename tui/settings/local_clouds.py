"""Running local clouds, found by the pointer files that they leave while they run."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tui.settings.values import SettingsError
from tui.settings.xdg import state_home

OWN_VARIABLE: Final = "BLOGS_LOCAL_CLOUD"
"""Names the state folder of the local cloud that a shell belongs to; its client uses no other."""


@dataclass(frozen=True, kw_only=True)
class LocalCloud:
    """One running local cloud."""

    name: str
    stack: str
    state: Path
    outputs_file: Path

    @property
    def label(self) -> str:
        """How to pick this one, and where it lives: several may run the same stack."""
        return f"--stack {self.name} ({self.state})"

    def outputs(self) -> dict[str, Any]:
        """Read its stack outputs, by name."""
        document = _read_object(self.outputs_file)
        if document is None:
            raise SettingsError(
                f"The outputs of local cloud {self.stack} cannot be read from "
                f"{self.outputs_file}: wait until it is up, or start it again."
            )
        return document


def named(environ: Mapping[str, str], stack: str) -> LocalCloud | None:
    """Give the running local cloud called *stack*; None when none is."""
    matching = [cloud for cloud in running(environ) if stack in {cloud.name, cloud.stack}]
    exact = [cloud for cloud in matching if cloud.name == stack] or matching
    if len(exact) > 1:
        raise SettingsError(f"Several local clouds run as {stack}: pick one with {_labels(exact)}.")
    return exact[0] if exact else None


def only(environ: Mapping[str, str]) -> LocalCloud | None:
    """Give the one running local cloud; None when none runs."""
    clouds = running(environ)
    if len(clouds) > 1:
        raise SettingsError(f"Several local clouds run: pick one with {_labels(clouds)}.")
    return clouds[0] if clouds else None


def labels(environ: Mapping[str, str]) -> str:
    """Say which local clouds run, and how to pick one."""
    return _labels(running(environ)) or "none"


def _labels(clouds: Sequence[LocalCloud]) -> str:
    return " or ".join(cloud.label for cloud in clouds)


def running(environ: Mapping[str, str]) -> list[LocalCloud]:
    """Return the local clouds of this user; in a local cloud's shell, that one alone."""
    found = (_live(pointer) for pointer in sorted(_folder(environ).glob("*.json")))
    own = environ.get(OWN_VARIABLE)
    return [cloud for cloud in found if cloud and (not own or cloud.state == Path(own))]


def check_own(environ: Mapping[str, str]) -> None:
    """Raise SettingsError in the shell of a local cloud that has stopped.

    Another local cloud may run under the same name: a write must not go there instead.
    """
    own = environ.get(OWN_VARIABLE)
    if own and not _locked(own):
        raise SettingsError(
            f"This shell belongs to the local cloud in {own}, which is not running "
            f"({OWN_VARIABLE}). Start it with `python -m localcloud --engine pulumi`, or use "
            "another shell."
        )


def _folder(environ: Mapping[str, str]) -> Path:
    return state_home(environ) / "aws-blog-demo" / "running"


def _live(pointer: Path) -> LocalCloud | None:
    """Read a pointer; None when it is damaged or its local cloud is gone."""
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
    """Tell whether somebody holds the state folder: a number may belong to another process now."""
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
    """Tell whether a process has that number now."""
    if pid <= 0:  # would address process groups
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
