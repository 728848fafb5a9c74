"""The differences that the servers in front of the backends make: the table of docs/parity.md.

A difference that none of these explains is a fault.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Certainty(StrEnum):
    """How sure an explanation is."""

    MEASURED = "measured here"
    DOCUMENTED = "documented by AWS"
    BELIEVED = "believed"


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Why the responses may differ, and where."""

    name: str
    reason: str
    functions: Certainty = Certainty.BELIEVED
    containers: Certainty = Certainty.MEASURED
    # The statuses of the responses that it explains. Empty if no case can show it.
    statuses: frozenset[int] = frozenset()
    # The headers that it changes in every response. Without any, it explains a whole response, but
    # only of a case that names it.
    headers: frozenset[str] = frozenset()
    # True if it explains its headers only where all of them differ.
    all_headers: bool = False

    @property
    def certainty(self) -> str:
        return f"functions: {self.functions}; containers: {self.containers}"

    def covers(self, part: str, observed: Observed) -> bool:
        """Return True if it explains that *part* differs."""
        if not self.headers:
            applies = self.name in observed.named
        elif self.all_headers:
            applies = part in self.headers and self.headers.issubset(observed.parts)
        else:
            applies = part in self.headers
        return applies and self.statuses.issuperset(observed.statuses)


@dataclass(frozen=True)
class Observed:
    """Two responses to a case: the parts that differ, the statuses, what the case names."""

    parts: Collection[str]
    statuses: Collection[int | None]
    named: Collection[str] = ()


def explanation_of(part: str, observed: Observed) -> Explanation | None:
    """Return the explanation of a difference, if there is one."""
    by_precision = sorted(EXPLANATIONS, key=lambda one: not one.headers)
    return next((one for one in by_precision if one.covers(part, observed)), None)


_ANY: Final = frozenset(range(200, 600))
EXPLANATIONS: Final = (
    Explanation(
        name="preflight",
        reason="Declaring CORS on the gateway keeps it out of the functions.",
        statuses=frozenset({204}),
    ),
    Explanation(
        name="cors-headers",
        reason="The gateway overrules the CORS headers of a function.",
        functions=Certainty.DOCUMENTED,
        statuses=_ANY,
        headers=frozenset({"vary"}),
    ),
    Explanation(
        name="plain-options",
        reason="The gateway responds to OPTIONS itself if no route takes it.",
        statuses=frozenset({204, 404}),
    ),
    Explanation(
        name="renamed-headers",
        reason="The gateway keeps these names for itself.",
        statuses=frozenset({401}),
        headers=frozenset({"www-authenticate", "x-amzn-remapped-www-authenticate"}),
        all_headers=True,
    ),
    Explanation(
        name="empty-headers",
        reason="The gateway may drop empty headers.",
        statuses=frozenset({200, 412}),
    ),
    Explanation(
        name="replaced-bytes",
        reason="The event is JSON text; only bodies of binary media types travel in base64.",
        statuses=frozenset({201, 400}),
    ),
    Explanation(
        name="head-length",
        reason="The gateway computes the length from what the function returned.",
        statuses=_ANY,
        headers=frozenset({"content-length"}),
    ),
    Explanation(
        name="large-body",
        reason="Quotas of the gateway and of Lambda.",
        statuses=frozenset({413, 500}),
    ),
    Explanation(
        name="transfer-codings",
        reason="Nothing decodes codings other than `chunked`.",
        containers=Certainty.DOCUMENTED,
        statuses=frozenset({400, 501}),
    ),
    Explanation(
        name="lost-reads",
        reason="A task may close an idle connection at the moment a request arrives.",
        containers=Certainty.BELIEVED,
    ),
    Explanation(name="throttled", reason="Limits of the platform.", containers=Certainty.BELIEVED),
    Explanation(
        name="failed", reason="The application did not respond.", containers=Certainty.BELIEVED
    ),
    Explanation(
        name="methods",
        reason="HTTP APIs know only these methods.",
        containers=Certainty.BELIEVED,
        statuses=frozenset({400, 403, 404, 405, 501}),
    ),
    Explanation(
        name="two-media-types",
        reason="gunicorn guards against two values.",
        statuses=frozenset({400, 415}),
    ),
    Explanation(
        name="type-of-nothing",
        reason="The gateway adds a type to every response without one.",
        statuses=frozenset({204, 304}),
        headers=frozenset({"content-type"}),
    ),
    Explanation(name="server", reason="Each server names itself."),
    Explanation(
        name="long-heads",
        reason="Quotas of each server.",
        statuses=frozenset({200, 400, 404, 413, 414, 431}),
    ),
    Explanation(
        name="odd-request-lines",
        reason="Each server parses requests itself.",
        containers=Certainty.BELIEVED,
        statuses=frozenset({200, 400, 404, 405, 501, 505}),
    ),
    Explanation(
        name="framing",
        reason="They belong to one hop, not to the application.",
        containers=Certainty.BELIEVED,
        statuses=frozenset({200, 201, 400, 411, 415, 501}),
    ),
    Explanation(name="slow-bodies", reason="Slow clients must not hold the threads."),
    Explanation(
        name="path-decoding",
        reason="The gateway decodes the path before the function sees it; no other member of the"
        " event is known to hold what was sent.",
        statuses=frozenset({200, 400, 404}),
    ),
)
