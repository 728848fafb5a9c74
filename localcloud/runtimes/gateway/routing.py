"""Chooses the route for a request.

The most specific path wins: a fixed segment before a variable, a variable before a greedy one; on
the same path the named method before ANY; ``$default`` takes the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from localcloud.runtimes.gateway.spec import DEFAULT, Route

_ANY: Final = "ANY"
_FIXED, _VARIABLE, _GREEDY = range(3)


@dataclass(frozen=True)
class Match:
    """A route and the decoded path variables."""

    route: Route
    parameters: Mapping[str, str]


class RouteTable:
    """All routes of an API, the most specific first."""

    def __init__(self, routes: Sequence[Route]) -> None:
        """Sort *routes*; raise ValueError for an invalid route key."""
        patterns = {route.key: _Pattern(route) for route in routes if route.key != DEFAULT}
        self._patterns = sorted(patterns.values(), key=lambda pattern: pattern.rank)
        self._default = next((route for route in routes if route.key == DEFAULT), None)

    def find(self, method: str, raw_path: str) -> Match | None:
        """Return the route for a path without the stage, percent-encoded as it was sent."""
        segments = raw_path.split("/")
        for pattern in self._patterns:
            if pattern.method in {method, _ANY}:
                parameters = pattern.match(segments)
                if parameters is not None:
                    return Match(pattern.route, parameters)
        return Match(self._default, {}) if self._default else None


class _Pattern:
    """The method and path of one route."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.method, _, path = route.key.partition(" ")
        if not path.startswith("/"):
            raise ValueError(f"{route.key!r} is not a valid route key")
        self._segments = [_segment(text) for text in path.split("/")]
        kinds = [kind for kind, _ in self._segments]
        if _GREEDY in kinds[:-1]:
            raise ValueError(f"{route.key!r}: only the last path variable may be greedy")
        self._greedy = kinds[-1] == _GREEDY
        self.rank = (self._greedy, kinds, self.method == _ANY)

    def match(self, segments: list[str]) -> dict[str, str] | None:
        """Return the path variables, None if the path does not match."""
        if not self._has_length(len(segments)):
            return None
        if self._greedy:
            last = len(self._segments) - 1
            segments = [*segments[:last], "/".join(segments[last:])]
        parameters = {}
        for (kind, name), raw in zip(self._segments, segments, strict=True):
            value = unquote(raw)
            if kind == _FIXED and value != name:
                return None
            if kind != _FIXED:
                parameters[name] = value
        return parameters if all(parameters.values()) else None

    def _has_length(self, length: int) -> bool:
        own = len(self._segments)
        return length >= own if self._greedy else length == own


def _segment(text: str) -> tuple[int, str]:
    if not (text.startswith("{") and text.endswith("}")):
        return _FIXED, text
    name = text[1:-1]
    return (_GREEDY, name[:-1]) if name.endswith("+") else (_VARIABLE, name)
