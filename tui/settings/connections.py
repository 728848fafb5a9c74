"""The deployments that the user can connect to, and all settings with their sources."""

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
from tui.settings.xdg import shortened

SELECTED_IN_APP: Final = "your selection in the app"


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A deployment to connect to."""

    name: str
    find: Callable[[], Backends]
    """Return its backends. The call may block, and raises `SettingsError` on failure."""


@dataclass(frozen=True, kw_only=True)
class Connections:
    """The deployments that can be found with the user's settings."""

    finder: Finder
    preferences: Preferences

    def settings(self, backends: Backends) -> list[Setting]:
        """Return all settings, those of the deployment first."""
        return [
            *deployment_settings(backends, self.finder.environ),
            *client_settings(self.preferences, self.finder),
        ]

    def running(self) -> list[Candidate]:
        """Return the deployment that the settings name, and the running local clouds."""
        return [
            Candidate(name="startup settings", find=self.finder.find),
            *map(self._local, local_clouds.running(self.finder.environ)),
        ]

    def deployed(self) -> list[Candidate]:
        """Return the stacks of the Pulumi project. The call blocks while pulumi runs."""
        folder, _ = self.finder.project
        return [self._stack(stack) for stack in pulumi_cli.stacks(folder, self.finder.environ)]

    def _local(self, cloud: local_clouds.LocalCloud) -> Candidate:
        return Candidate(
            name=f"local cloud {cloud.stack} ({shortened(cloud.folder, self.finder.environ)})",
            find=lambda: chosen_by(SELECTED_IN_APP, self.finder.of_local_cloud(cloud)),
        )

    def _stack(self, stack: pulumi_cli.Stack) -> Candidate:
        note = " (current)" if stack.current else ""
        return Candidate(
            name=f"pulumi stack {stack.name}{note}",
            find=lambda: chosen_by(SELECTED_IN_APP, self.finder.of_pulumi(stack.name)),
        )
