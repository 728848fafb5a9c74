"""The configuration file: ``$XDG_CONFIG_HOME/blogs/config.toml``, all of it optional."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tui.settings.values import BackendName, SettingsError
from tui.settings.xdg import config_home


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
    def urls(self) -> dict[BackendName, str]:
        """The URLs that it names."""
        named = {
            BackendName.FUNCTIONS: self.functions_url,
            BackendName.CONTAINERS: self.containers_url,
        }
        return {name: url for name, url in named.items() if url is not None}


KEYS = tuple(field.name for field in fields(Config))
_WORDS = {"timeout": "a number of seconds", "read_only": "true or false"}


def path(environ: Mapping[str, str]) -> Path:
    """Return the path of the file, whether it exists or not."""
    return config_home(environ) / "blogs" / "config.toml"


def read(environ: Mapping[str, str]) -> Config:
    """Read the file; one that is not there says nothing."""
    file = path(environ)
    try:
        data = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):  # a home may be /dev/null
        return Config()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"The configuration file {file} cannot be read: {reason}.") from error
    return _checked(file, _parsed(file, data))


def _parsed(file: Path, data: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 -- most have no such file, and need not wait for it

    try:
        return tomllib.loads(data)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"The configuration file {file} is no TOML: {error}.") from error


def _checked(file: Path, found: dict[str, Any]) -> Config:
    for key, value in found.items():
        if key not in KEYS:
            hint = "; a token stands in a file of its own: token_file" if "token" in key else ""
            raise SettingsError(
                f"The configuration file {file} has an unknown key {key}: it knows "
                f"{', '.join(KEYS)}{hint}."
            )
        if not _fits(key, value):
            raise SettingsError(
                f"{key} in {file} has a value that does not fit: "
                f"{_WORDS.get(key, 'text in quotes that is not empty')} is needed."
            )
    config = Config(**{key: _absolute(file, key, value) for key, value in found.items()})
    _check_together(file, config)
    return config


def _fits(key: str, value: object) -> bool:
    if key == "read_only":
        return isinstance(value, bool)
    if key == "timeout":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) and bool(value)


def _absolute(file: Path, key: str, value: Any) -> Any:  # noqa: ANN401 -- any value of the file
    """Let a path start at the file's folder, wherever the command is run; ~ is one's home."""
    if key in {"token_file", "project"}:
        return str(file.parent / Path(value).expanduser())
    return value


def _check_together(file: Path, config: Config) -> None:
    if config.stack and config.urls:
        raise SettingsError(f"{file} names a stack and URLs: name either.")
    if config.token_file and not config.urls:
        raise SettingsError(
            f"{file} names a token_file without URLs: it goes with them; a stack has its own token."
        )
