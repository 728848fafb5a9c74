"""How the client behaves: each setting from the first of flag, environment, configuration file."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from tui import config as configuration
from tui.config import Config
from tui.contract import Kind
from tui.settings import DEFAULT_SOURCE, SettingsError, checked_seconds

T = TypeVar("T")
_YES: Final = {"1", "true", "yes", "on"}
_NO: Final = {"0", "false", "no", "off"}


@dataclass(frozen=True, kw_only=True)
class Given(Generic[T]):
    """A value, and who gave it."""

    value: T
    source: str


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Everything but where the backends are."""

    backend: Given[Kind]
    timeout: Given[float]
    read_only: Given[bool]
    plain_http_token: Given[bool]
    theme: Given[str]


def find(args: Namespace, environ: Mapping[str, str], config: Config) -> Preferences:
    """Find every setting, or say which is wrong and who gave it."""
    layers = _Layers(args, environ, config)
    return Preferences(
        backend=layers.find("backend", _kind, Kind.FUNCTIONS),
        timeout=layers.find("timeout", checked_seconds, 30.0),
        read_only=layers.find("read_only", _switch, False),  # noqa: FBT003 -- the default
        plain_http_token=_flag_only(args),
        theme=layers.find("theme", lambda words, source: str(words), ""),  # noqa: ARG005 -- checked where it is used
    )


def _flag_only(args: Namespace) -> Given[bool]:
    """Read what nobody should set for good."""
    agreed = getattr(args, "plain_http_token", False)
    return Given(value=agreed, source="--plain-http-token" if agreed else DEFAULT_SOURCE)


@dataclass(frozen=True)
class _Layers:
    """Who may give a setting."""

    args: Namespace
    environ: Mapping[str, str]
    config: Config

    def find(self, name: str, check: Callable[[object, str], T], default: T) -> Given[T]:
        """Take the first that is given; an empty variable counts as absent."""
        flag, variable = f"--{name.replace('_', '-')}", f"BLOGS_{name.upper()}"
        candidates: tuple[tuple[object, str], ...] = (
            (getattr(self.args, name, None), flag),
            (self.environ.get(variable) or None, variable),
            (getattr(self.config, name), str(configuration.place(self.environ))),
        )
        for value, source in candidates:
            if value is not None:
                return Given(value=check(value, source), source=source)
        return Given(value=default, source=DEFAULT_SOURCE)


def _kind(value: object, source: str) -> Kind:
    try:
        return Kind(str(value))
    except ValueError as error:
        raise SettingsError(
            f"The backend from {source} is “{value}”: functions or containers is meant."
        ) from error


def _switch(value: object, source: str) -> bool:
    word = str(value).lower()
    if word not in _YES | _NO:
        raise SettingsError(f"{source} is “{value}”: 1 and 0 (or true and false) are meant.")
    return word in _YES
