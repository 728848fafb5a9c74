"""The places that a person may connect to, and every setting with where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui import local, pulumi_cli
from tui.backends import Backends, Finder, named_by
from tui.overview import Setting, settings_of, settings_of_place
from tui.preferences import Preferences

PICKED: Final = "a choice in the app"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One place; finding its backends may take a while, and raises `SettingsError`."""

    name: str
    find: Callable[[], Backends]


@dataclass(frozen=True, kw_only=True)
class Connections:
    """What can be connected to with one person's settings."""

    finder: Finder
    preferences: Preferences

    def settings(self, backends: Backends) -> list[Setting]:
        """Give every setting, those of the place first."""
        return [*settings_of_place(backends), *settings_of(self.preferences, self.finder)]

    def running(self) -> list[Candidate]:
        """Give what was named at the start, and the local clouds that run."""
        return [
            Candidate(name="as started", find=self.finder.find),
            *map(self._local, local.running(self.finder.environ)),
        ]

    def deployed(self) -> list[Candidate]:
        """Ask pulumi for the project's stacks; takes a while."""
        folder, _ = self.finder.project
        return [self._stack(stack) for stack in pulumi_cli.stacks(folder, self.finder.environ)]

    def _local(self, cloud: local.LocalCloud) -> Candidate:
        return Candidate(
            name=f"local cloud {cloud.stack} in {cloud.state}",
            find=lambda: named_by(PICKED, self.finder.of_local_cloud(cloud)),
        )

    def _stack(self, stack: pulumi_cli.Stack) -> Candidate:
        note = ", the current one" if stack.current else ""
        return Candidate(
            name=f"pulumi stack {stack.name}{note}",
            find=lambda: named_by(PICKED, self.finder.of_pulumi(stack.name)),
        )
