"""How the client behaves, and where each setting comes from.

Each setting is the first of flag, environment variable and configuration file that is set.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from tui.settings import config as configuration
from tui.settings.backends import Backends, Finder
from tui.settings.config import Config
from tui.settings.values import DEFAULT_SOURCE, BackendName, SettingsError, checked_seconds

T = TypeVar("T")
_YES: Final = {"1", "true", "yes", "on"}
_NO: Final = {"0", "false", "no", "off"}


@dataclass(frozen=True, kw_only=True)
class SettingValue(Generic[T]):
    """A value, and who gave it."""

    value: T
    source: str


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """Everything but where the backends are."""

    backend: SettingValue[BackendName]
    timeout: SettingValue[float]
    read_only: SettingValue[bool]
    plain_http_token: SettingValue[bool]
    theme: SettingValue[str]


def find(args: Namespace, environ: Mapping[str, str], config: Config) -> Preferences:
    """Find every setting, or say which is wrong and who gave it."""
    layers = _Layers(args, environ, config)
    return Preferences(
        backend=layers.find("backend", _backend_name, BackendName.FUNCTIONS),
        timeout=layers.find("timeout", checked_seconds, 30.0),
        read_only=layers.find("read_only", _switch, False),  # noqa: FBT003 -- the default
        plain_http_token=_flag_only(args),
        theme=layers.find("theme", lambda words, source: str(words), ""),  # noqa: ARG005 -- checked where it is used
    )


def _flag_only(args: Namespace) -> SettingValue[bool]:
    """Read what nobody should set for good."""
    agreed = getattr(args, "plain_http_token", False)
    return SettingValue(value=agreed, source="--plain-http-token" if agreed else DEFAULT_SOURCE)


@dataclass(frozen=True)
class _Layers:
    """Who may give a setting."""

    args: Namespace
    environ: Mapping[str, str]
    config: Config

    def find(self, name: str, check: Callable[[object, str], T], default: T) -> SettingValue[T]:
        """Take the first that is given; an empty variable counts as absent."""
        flag, variable = f"--{name.replace('_', '-')}", f"BLOGS_{name.upper()}"
        candidates: tuple[tuple[object, str], ...] = (
            (getattr(self.args, name, None), flag),
            (self.environ.get(variable) or None, variable),
            (getattr(self.config, name), str(configuration.path(self.environ))),
        )
        for value, source in candidates:
            if value is not None:
                return SettingValue(value=check(value, source), source=source)
        return SettingValue(value=default, source=DEFAULT_SOURCE)


def _backend_name(value: object, source: str) -> BackendName:
    try:
        return BackendName(str(value))
    except ValueError as error:
        raise SettingsError(
            f"The backend from {source} is “{value}”: functions or containers is meant."
        ) from error


def _switch(value: object, source: str) -> bool:
    word = str(value).lower()
    if word not in _YES | _NO:
        raise SettingsError(f"{source} is “{value}”: 1 and 0 (or true and false) are meant.")
    return word in _YES


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, in words."""

    name: str
    value: str
    source: str


def client_settings(wanted: Preferences, finder: Finder) -> list[Setting]:
    """Give the settings that do not depend on where the backends are."""
    folder, source = finder.project
    where = "the current folder" if folder == Path() else str(folder)
    return [
        _backend_row("backend", wanted.backend),
        Setting(name="timeout", value=f"{wanted.timeout.value:g} s", source=wanted.timeout.source),
        _switch_row("read-only", wanted.read_only),
        _switch_row("plain-http-token", wanted.plain_http_token),
        Setting(name="theme", value=wanted.theme.value or "-", source=wanted.theme.source),
        Setting(name="project", value=where, source=source),
    ]


def deployment_settings(found: Backends) -> list[Setting]:
    """Give the settings that change with the deployment."""
    deployment = found.deployment
    chosen = Setting(
        name="stack", value=deployment.stack or "none", source=deployment.chosen_by or "-"
    )
    rows = [chosen, *(_url_row(found, name) for name in BackendName)]
    told = next(iter(found.by_name.values())).source
    for name, value in (("region", deployment.region), ("account", deployment.account)):
        rows.append(Setting(name=name, value=value or "-", source=told if value else "-"))
    token = found.token
    state = (token.problem or "set, not shown") if token else "none"
    rows.append(Setting(name="token", value=state, source=token.source if token else "-"))
    return rows


def _url_row(found: Backends, name: BackendName) -> Setting:
    backend = found.by_name.get(name)
    if backend is None:
        return Setting(name=f"{name} URL", value="not known", source="-")
    return Setting(name=f"{name} URL", value=backend.url, source=backend.source)


def _backend_row(name: str, given: SettingValue[BackendName]) -> Setting:
    return Setting(name=name, value=given.value, source=given.source)


def _switch_row(name: str, given: SettingValue[bool]) -> Setting:
    return Setting(name=name, value="on" if given.value else "off", source=given.source)
