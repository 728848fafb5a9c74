"""The settings that do not select a deployment, and the source of each setting.

An option overrides the environment variable, which overrides the configuration file.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, TypeVar

from tui.settings import config as configuration
from tui.settings.backends import Backends, Finder
from tui.settings.comparability import Comparability
from tui.settings.config import Config
from tui.settings.values import DEFAULT_SOURCE, BackendName, SettingsError, checked_seconds
from tui.settings.xdg import shortened

T = TypeVar("T")
_TRUE: Final = {"1", "true", "yes", "on"}
_FALSE: Final = {"0", "false", "no", "off"}


@dataclass(frozen=True, kw_only=True)
class SettingValue(Generic[T]):
    """The value of a setting, and its source."""

    value: T
    source: str


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """The settings that do not select a deployment."""

    backend: SettingValue[BackendName]
    timeout: SettingValue[float]
    read_only: SettingValue[bool]
    plain_http_token: SettingValue[bool]
    theme: SettingValue[str]


def find(args: Namespace, environ: Mapping[str, str], config: Config) -> Preferences:
    """Return the settings. Raise SettingsError for an invalid value."""
    layers = _Layers(args, environ, config)
    return Preferences(
        backend=layers.find("backend", _backend_name, BackendName.FUNCTIONS),
        timeout=layers.find("timeout", checked_seconds, 30.0),
        read_only=layers.find("read_only", _switch, False),  # noqa: FBT003 -- the default
        plain_http_token=_flag_only(args),
        theme=layers.find("theme", lambda value, source: str(value), ""),  # noqa: ARG005 -- checked where it is used
    )


def _flag_only(args: Namespace) -> SettingValue[bool]:
    """Return the setting that has no variable or key, because it should not become permanent."""
    allowed = getattr(args, "plain_http_token", False)
    return SettingValue(value=allowed, source="--plain-http-token" if allowed else DEFAULT_SOURCE)


@dataclass(frozen=True)
class _Layers:
    """The sources of settings: options, variables, configuration file."""

    args: Namespace
    environ: Mapping[str, str]
    config: Config

    def find(self, name: str, check: Callable[[object, str], T], default: T) -> SettingValue[T]:
        """Return the first value that is set. An empty variable counts as unset."""
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
            f'Invalid backend "{value}" (from {source}): use functions or containers.'
        ) from error


def _switch(value: object, source: str) -> bool:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise SettingsError(f'Invalid value "{value}" (from {source}): use 1, 0, true or false.')
    return text in _TRUE


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting as it is shown to the user."""

    name: str
    value: str
    source: str


def client_settings(preferences: Preferences, finder: Finder) -> list[Setting]:
    """Return the settings that do not depend on the deployment."""
    timeout, theme = preferences.timeout, preferences.theme
    folder, source = finder.project
    project = "the current folder" if folder == Path() else str(folder)
    return [
        _backend_row("backend", preferences.backend),
        Setting(name="timeout", value=f"{timeout.value:,g} s", source=timeout.source),
        _switch_row("read-only", preferences.read_only),
        _switch_row("plain-http-token", preferences.plain_http_token),
        Setting(name="theme", value=theme.value or "-", source=theme.source),
        Setting(name="project", value=project, source=source),
    ]


def deployment_settings(found: Backends, environ: Mapping[str, str]) -> list[Setting]:
    """Return the settings that depend on the deployment."""
    deployment = found.deployment
    folder = f" ({shortened(deployment.folder, environ)})" if deployment.folder else ""
    chosen = Setting(
        name="stack",
        value=f"{deployment.stack or 'none'}{folder}",
        source=deployment.chosen_by or "-",
    )
    rows = [chosen, *(_url_row(found, name) for name in BackendName)]
    outputs = next(iter(found.by_name.values())).source
    for name, value in (("region", deployment.region), ("account", deployment.account)):
        rows.append(Setting(name=name, value=value or "-", source=outputs if value else "-"))
    token = found.token
    state = (token.problem or "set, not shown") if token else "none"
    rows.append(Setting(name="token", value=state, source=token.source if token else "-"))
    return [*rows, *_comparability_rows(Comparability.of(found.outputs), outputs)]


def _comparability_rows(found: Comparability, source: str) -> list[Setting]:
    sizes = [
        Setting(name=f"{name} size", value=size.words, source=source)
        for name, size in found.sizes.items()
    ]
    return [*sizes, *(Setting(name="difference", value=note, source="-") for note in found.notes)]


def _url_row(found: Backends, name: BackendName) -> Setting:
    backend = found.by_name.get(name)
    if backend is None:
        return Setting(name=f"{name} URL", value="not set", source="-")
    return Setting(name=f"{name} URL", value=backend.url, source=backend.source)


def _backend_row(name: str, setting: SettingValue[BackendName]) -> Setting:
    return Setting(name=name, value=setting.value, source=setting.source)


def _switch_row(name: str, setting: SettingValue[bool]) -> Setting:
    return Setting(name=name, value="on" if setting.value else "off", source=setting.source)
