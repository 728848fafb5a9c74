"""The configuration file: ``$XDG_CONFIG_HOME/blogs/config.toml``, all of it optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tui.contract import Kind
from tui.home import home
from tui.settings import SettingsError


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the file says; None for what it does not."""

    functions_url: str | None = None
    containers_url: str | None = None
    token_file: str | None = None
    stack: str | None = None
    project: str | None = None
    backend: str | None = None
    timeout: float | None = None
    read_only: bool | None = None
    theme: str | None = None

    @property
    def urls(self) -> dict[Kind, str]:
        """The URLs that it names."""
        named = {Kind.FUNCTIONS: self.functions_url, Kind.CONTAINERS: self.containers_url}
        return {kind: url for kind, url in named.items() if url is not None}


KEYS = tuple(field.name for field in fields(Config))
_WORDS = {"timeout": "a number of seconds", "read_only": "true or false"}


def place(environ: Mapping[str, str]) -> Path:
    """Say where the file is, or would be."""
    base = Path(environ.get("XDG_CONFIG_HOME", ""))
    # A relative path is invalid and to be ignored, says the XDG specification.
    if not base.is_absolute():
        base = home(environ) / ".config"
    return base / "blogs" / "config.toml"


def read(environ: Mapping[str, str]) -> Config:
    """Read the file; one that is not there says nothing."""
    path = place(environ)
    try:
        data = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):  # a home may be /dev/null
        return Config()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"The configuration file {path} cannot be read: {reason}.") from error
    return _checked(path, _parsed(path, data))


def _parsed(path: Path, data: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 -- most have no such file, and need not wait for it

    try:
        return tomllib.loads(data)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"The configuration file {path} is no TOML: {error}.") from error


def _checked(path: Path, found: dict[str, Any]) -> Config:
    for key, value in found.items():
        if key not in KEYS:
            hint = "; a token stands in a file of its own: token_file" if "token" in key else ""
            raise SettingsError(
                f"The configuration file {path} has an unknown key {key}: it knows "
                f"{', '.join(KEYS)}{hint}."
            )
        if not _fits(key, value):
            raise SettingsError(
                f"{key} in {path} has a value that does not fit: "
                f"{_WORDS.get(key, 'text in quotes that is not empty')} is needed."
            )
    config = Config(**{key: _absolute(path, key, value) for key, value in found.items()})
    _check_together(path, config)
    return config


def _fits(key: str, value: object) -> bool:
    if key == "read_only":
        return isinstance(value, bool)
    if key == "timeout":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) and bool(value)


def _absolute(path: Path, key: str, value: Any) -> Any:  # noqa: ANN401 -- any value of the file
    """Let a path start at the file's folder, wherever the command is run; ~ is one's home."""
    if key in {"token_file", "project"}:
        return str(path.parent / Path(value).expanduser())
    return value


def _check_together(path: Path, config: Config) -> None:
    if config.stack and config.urls:
        raise SettingsError(f"{path} names a stack and URLs: name either.")
    if config.token_file and not config.urls:
        raise SettingsError(
            f"{path} names a token_file without URLs: it goes with them; a stack has its own token."
        )
