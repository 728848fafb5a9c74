"""The optional configuration file, ``$XDG_CONFIG_HOME/blogs/config.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from tui.settings.values import BackendName, SettingsError
from tui.settings.xdg import config_home


@dataclass(frozen=True, kw_only=True)
class Config:
    """The keys of the file; None for a key that is not set."""

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
        """The URLs that are set."""
        urls = {
            BackendName.FUNCTIONS: self.functions_url,
            BackendName.CONTAINERS: self.containers_url,
        }
        return {name: url for name, url in urls.items() if url is not None}


KEYS: Final = tuple(field.name for field in fields(Config))
_TYPES: Final = {"timeout": "a number of seconds", "read_only": "true or false"}


def path(environ: Mapping[str, str]) -> Path:
    """Return the path of the file, which need not exist."""
    return config_home(environ) / "blogs" / "config.toml"


def read(environ: Mapping[str, str]) -> Config:
    """Read the file. If it does not exist, no key is set."""
    file = path(environ)
    try:
        data = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):  # the home folder may be /dev/null
        return Config()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(f"Cannot read the configuration file {file}: {reason}.") from error
    return _checked(file, _parsed(file, data))


def _parsed(file: Path, data: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 -- not needed without a configuration file

    try:
        return tomllib.loads(data)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"The configuration file {file} is not valid TOML: {error}."
        raise SettingsError(message) from error


def _checked(file: Path, found: dict[str, Any]) -> Config:
    for key, value in found.items():
        if key not in KEYS:
            hint = " Put the token in its own file, and set token_file." if "token" in key else ""
            raise SettingsError(
                f"Unknown key {key} in the configuration file {file}. "
                f"Use one of {', '.join(KEYS)}.{hint}"
            )
        if not _is_valid(key, value):
            raise SettingsError(
                f"Invalid value of {key} in the configuration file {file}: "
                f"use {_TYPES.get(key, 'a text in quotes that is not empty')}."
            )
    config = Config(**{key: _absolute(file, key, value) for key, value in found.items()})
    _check_together(file, config)
    return config


def _is_valid(key: str, value: object) -> bool:
    if key == "read_only":
        return isinstance(value, bool)
    if key == "timeout":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) and bool(value)


def _absolute(file: Path, key: str, value: Any) -> Any:  # noqa: ANN401 -- any value of the file
    """Resolve a path relative to the folder of the file, and expand ~."""
    if key in {"token_file", "project"}:
        return str(file.parent / Path(value).expanduser())
    return value


def _check_together(file: Path, config: Config) -> None:
    if config.stack and config.urls:
        raise SettingsError(
            f"The configuration file {file} sets both a stack and URLs. Remove one of them."
        )
    if config.token_file and not config.urls:
        raise SettingsError(
            f"The configuration file {file} sets token_file without URLs. Add the URLs, or remove "
            "token_file: a stack has its own token."
        )
