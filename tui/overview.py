"""Every setting that is in force, and where it comes from; never the token itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tui.backends import Backends, Finder
from tui.contract import Kind
from tui.preferences import Given, Preferences


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One setting, in words."""

    name: str
    value: str
    source: str


def settings_of(wanted: Preferences, finder: Finder) -> list[Setting]:
    """Give the settings that do not depend on where the backends are."""
    folder, source = finder.project
    where = "the current folder" if folder == Path() else str(folder)
    return [
        _setting("backend", wanted.backend),
        Setting(name="timeout", value=f"{wanted.timeout.value:g} s", source=wanted.timeout.source),
        _switch("read-only", wanted.read_only),
        _switch("plain-http-token", wanted.plain_http_token),
        Setting(name="theme", value=wanted.theme.value or "-", source=wanted.theme.source),
        Setting(name="project", value=where, source=source),
    ]


def settings_of_place(found: Backends) -> list[Setting]:
    """Give the settings that change with the place."""
    place = found.place
    chosen = Setting(name="stack", value=place.stack or "none", source=place.named_by or "-")
    rows = [chosen, *(_url(found, kind) for kind in Kind)]
    told = next(iter(found.by_kind.values())).source
    for name, value in (("region", place.region), ("account", place.account)):
        rows.append(Setting(name=name, value=value or "-", source=told if value else "-"))
    token = found.token
    state = (token.problem or "set, not shown") if token else "none"
    rows.append(Setting(name="token", value=state, source=token.source if token else "-"))
    return rows


def _url(found: Backends, kind: Kind) -> Setting:
    backend = found.by_kind.get(kind)
    if backend is None:
        return Setting(name=f"{kind} URL", value="not known", source="-")
    return Setting(name=f"{kind} URL", value=backend.url, source=backend.source)


def _setting(name: str, given: Given[Kind]) -> Setting:
    return Setting(name=name, value=given.value, source=given.source)


def _switch(name: str, given: Given[bool]) -> Setting:
    return Setting(name=name, value="on" if given.value else "off", source=given.source)
