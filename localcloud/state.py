"""The state folder of one stack: ports, secrets, logs, outputs, and the database's files.

A start with the same folder has the same ports, token and blogs. One local cloud at a time can use
it. A pointer file below `$XDG_STATE_HOME` lets clients in any folder find what is running.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import IO, Any, Final

from localcloud.ports import HOST, check_free, lasting_port, not_available

_log: Final = logging.getLogger(__name__)
_LOCK: Final = "lock"
_RUNNING: Final = "running.json"  # the pointer file's text, for clients that know the folder
_NO_POINTER: Final = (
    "Clients cannot find this local cloud on their own: its pointer file cannot be written. "
    "Set XDG_STATE_HOME to a writable folder."
)


class StateError(Exception):
    """The state folder or a port cannot be used; the text says what to do."""


class State:
    """An open state folder; `close` releases it."""

    def __init__(self, folder: Path, stack: str) -> None:
        """Lock the folder; raise StateError if it is in use or not writable."""
        self.folder = folder
        self.stack = stack
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _check_ours(folder)
            folder.chmod(0o700)
            self._lock: IO[str] = (folder / _LOCK).open("a+")
        except OSError as error:
            raise StateError(f"the state folder is not usable: {error}") from error
        self._acquire_lock()
        self.logs = folder / "logs"
        self.outputs_file = folder / "outputs.json"
        self._values = self._load()
        self.client_outputs: Mapping[str, str] = {}
        """Outputs for clients that the program does not have."""
        self._pointer: Path | None = None
        self._has_warned = False
        self._rename_old_logs()

    def _acquire_lock(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            holder = self._lock.read().strip() or "unknown"
            self._lock.close()
            raise StateError(
                f"another local cloud (process {holder}) uses {self.folder}. "
                "Stop it, or choose another folder with --state."
            ) from None
        self._lock.truncate(0)
        self._lock.write(f"{os.getpid()}\n")
        self._lock.flush()

    def _load(self) -> dict[str, dict[str, Any]]:
        path = self.folder / "state.json"
        if not path.exists():
            return {"ports": {}, "secrets": {}}
        try:
            content = json.loads(path.read_text("utf-8"))
            ports = {name: int(port) for name, port in content["ports"].items()}
            secrets = {name: str(secret) for name, secret in content["secrets"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            self._lock.close()
            raise StateError(f"{path} is damaged. Delete it to start over.") from error
        return {"ports": ports, "secrets": secrets}

    def _rename_old_logs(self) -> None:
        """Keep the logs of the last run: after a crash they are needed."""
        for path in list(self.logs.rglob("*.log.old")):
            path.unlink()
        for path in list(self.logs.rglob("*.log")):
            path.replace(path.with_suffix(".log.old"))

    def choose_ports(self, given: Mapping[str, int | None]) -> None:
        """Store the given ports; the others stay as stored, or are chosen."""
        ports = self._values["ports"]
        chosen = {name: port for name, port in given.items() if port}
        wanted = ports | chosen
        if len(set(wanted.values())) < len(wanted):
            listed = ", ".join(f"{name} {port}" for name, port in wanted.items())
            raise StateError(f"Two parts cannot use the same port ({listed}). Choose another.")
        for name, port in chosen.items():
            _check_free(name, port)
        ports.update(chosen)
        self._save()
        for name in given:
            self.port(name)

    def port(self, name: str) -> int:
        """Return the port of *name*, a free one the first time."""
        ports = self._values["ports"]
        if name in ports:
            _check_free(name, ports[name])
        else:
            ports[name] = _new_port(ports.values())
            self._save()
        return int(ports[name])

    def secret(self, name: str, create: Callable[[], str]) -> str:
        """Return the secret *name*, created with *create* the first time."""
        secrets = self._values["secrets"]
        if name not in secrets:
            secrets[name] = create()
            self._save()
        return str(secrets[name])

    def replace_secret(self, name: str, value: str) -> None:
        """Store *value* as the secret *name*."""
        self._values["secrets"][name] = value
        self._save()

    def forget_secret(self, name: str) -> None:
        """Delete the secret *name*, so that it is created again."""
        if self._values["secrets"].pop(name, None) is not None:
            self._save()

    def _save(self) -> None:
        write_private(self.folder / "state.json", json.dumps(self._values, indent=2))

    def publish(self, outputs: Mapping[str, Any]) -> None:
        """Write the stack's outputs, and the pointer file by which clients find them."""
        write_private(
            self.outputs_file, json.dumps({**outputs, **self.client_outputs}, indent=2) + "\n"
        )
        self._write_pointer()

    def _write_pointer(self) -> None:
        """Write the pointer file; if that fails, warn once."""
        name = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:16]
        pointer = {
            "pid": os.getpid(),
            "stack": self.stack,
            "state": str(self.folder.resolve()),
            "outputs": str(self.outputs_file.resolve()),
        }
        write_private(self.folder / _RUNNING, json.dumps(pointer) + "\n")
        try:
            folder = _pointer_folder()
            folder.mkdir(parents=True, exist_ok=True)
            write_private(folder / f"{name}.json", json.dumps(pointer) + "\n")
        except (OSError, RuntimeError) as error:
            if not self._has_warned:
                _log.warning("%s (%s)", _NO_POINTER, error)
            self._has_warned = True
        else:
            self._pointer = folder / f"{name}.json"

    def close(self) -> None:
        """Remove the pointer file and release the folder."""
        if self._pointer:
            with contextlib.suppress(OSError):
                self._pointer.unlink()
        (self.folder / _RUNNING).unlink(missing_ok=True)
        self.outputs_file.unlink(missing_ok=True)
        self._lock.close()


def in_use(folder: Path) -> bool:
    """Return True if a local cloud uses *folder*."""
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _pointer_folder() -> Path:
    """Return the folder where clients look; raise RuntimeError without a home directory."""
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(home).expanduser() / "aws-blog-demo" / "running"


def write_private(path: Path, text: str) -> None:
    """Replace *path* atomically, readable only by its owner."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        temporary.unlink()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)


def _new_port(taken: Collection[int]) -> int:
    port = lasting_port(taken)
    if port is None:
        raise StateError(f"No free port was found on {HOST}. Choose one (see --help).")
    return port


def _check_free(name: str, port: int) -> None:
    try:
        check_free(port)
    except OSError as error:
        raise StateError(not_available(f"Port {port} (for the {name})", error)) from error


def _check_ours(folder: Path) -> None:
    """Reject a folder with other contents: its mode and its logs would be changed."""
    if any(folder.iterdir()) and not (folder / _LOCK).exists():
        raise StateError(
            f"{folder} is not empty and not a state folder. Choose another with --state."
        )
