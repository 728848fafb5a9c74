"""The places that a person may connect to, and every setting with where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui.settings import local_clouds, pulumi_cli
from tui.settings.backends import Backends, Finder, chosen_by
from tui.settings.preferences import (
    Preferences,
    Setting,
    client_settings,
    deployment_settings,
)

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
        return [*deployment_settings(backends), *client_settings(self.preferences, self.finder)]

    def running(self) -> list[Candidate]:
        """Give what was named at the start, and the local clouds that run."""
        return [
            Candidate(name="as started", find=self.finder.find),
            *map(self._local, local_clouds.running(self.finder.environ)),
        ]

    def deployed(self) -> list[Candidate]:
        """Ask pulumi for the project's stacks; takes a while."""
        folder, _ = self.finder.project
        return [self._stack(stack) for stack in pulumi_cli.stacks(folder, self.finder.environ)]

    def _local(self, cloud: local_clouds.LocalCloud) -> Candidate:
        return Candidate(
            name=f"local cloud {cloud.stack} in {cloud.state}",
            find=lambda: chosen_by(PICKED, self.finder.of_local_cloud(cloud)),
        )

    def _stack(self, stack: pulumi_cli.Stack) -> Candidate:
        note = ", the current one" if stack.current else ""
        return Candidate(
            name=f"pulumi stack {stack.name}{note}",
            find=lambda: chosen_by(PICKED, self.finder.of_pulumi(stack.name)),
        )
