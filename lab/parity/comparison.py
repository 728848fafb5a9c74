"""Compare the responses of the two backends to one case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lab.backends import Backend
from lab.parity.case import Case
from lab.parity.expectations import BODY, STATUS, Deviation, deviations, is_json, status_text
from lab.parity.explained import Explanation, Observed, explanation_of
from lab.parity.messages import Response, Values
from lab.parity.session import Exchange
from lab.response_diff import EXPECTED

_ABSENT: Final = "none"
_AS_DOCUMENTED: Final = "as documented"
_VARIABLE: Final = "(varies)"
_VARIABLE_MEMBERS: Final = frozenset({"id", "version", "created_at", "updated_at"})
# Only their presence is compared: the values differ between writes, or between requests.
_VARIABLE_HEADERS: Final = frozenset({"etag", "location", "link", "server-timing", "x-served-by"})
_IGNORED: Final = (EXPECTED.keys() - _VARIABLE_HEADERS) | {"content-length"}
_LONGEST: Final = 2000

Pair = tuple[str, str]
"""What functions and containers responded."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A part (the status, the body or a header) in which the responses to a case differ."""

    case: Case
    part: str
    functions: str
    containers: str
    explanation: Explanation | None


@dataclass(frozen=True, kw_only=True)
class Undocumented:
    """A part in which both responses are the same, but not as documented."""

    case: Case
    part: str
    found: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What two responses have shown."""

    differences: tuple[Difference, ...] = ()
    undocumented: tuple[Undocumented, ...] = ()


def compare(case: Case, exchanges: Mapping[Backend, Exchange]) -> Findings:
    """Compare the responses with each other, and with what is documented."""
    functions, containers = exchanges[Backend.FUNCTIONS], exchanges[Backend.CONTAINERS]
    statuses = {functions.response.status, containers.response.status}
    wrong = tuple(_wrong(case, exchange) for exchange in (functions, containers))
    differing = _differing(parts(case, functions), parts(case, containers))
    if STATUS not in differing:
        differing = {**_one_sided(*wrong), **differing}
    both = wrong[0].keys() & wrong[1].keys() - differing.keys()
    observed = Observed(differing.keys() | both, statuses, case.exceptions)
    return Findings(
        differences=tuple(
            Difference(
                case=case,
                part=part,
                functions=pair[0],
                containers=pair[1],
                explanation=explanation_of(part, observed),
            )
            for part, pair in sorted(differing.items())
        ),
        undocumented=tuple(
            Undocumented(case=case, part=part, found=one.found, expected=one.expected)
            for part, one in sorted(wrong[0].items())
            if part in both and not explanation_of(part, observed)
        ),
    )


def parts(case: Case, exchange: Exchange) -> dict[str, str]:
    """Return the parts of a response that must be the same from both backends, by their names."""
    response, values = exchange.response, exchange.values
    found = {STATUS: status_text(response)}
    for name, value in response.headers.items():
        if name not in _IGNORED:
            found[name] = _VARIABLE if name in _VARIABLE_HEADERS else _general(value, values)
    if case.method == "HEAD" and "content-length" in response.headers:
        # The length of a list depends on the blogs that exist at the moment.
        empty = response.headers["content-length"] == "0"
        found["content-length"] = "0" if empty else "not 0"
    if response.body:
        found[BODY] = _general(_body(response), values)
    return found


def _differing(functions: Mapping[str, str], containers: Mapping[str, str]) -> dict[str, Pair]:
    """Return the parts that differ. If the status does, the rest depends on it."""
    found = {
        part: (functions.get(part, _ABSENT), containers.get(part, _ABSENT))
        for part in functions.keys() | containers.keys()
        if functions.get(part) != containers.get(part)
    }
    return {STATUS: found[STATUS]} if STATUS in found else found


def _wrong(case: Case, exchange: Exchange) -> dict[str, Deviation]:
    return {
        one.part: Deviation(one.part, _general(one.found, exchange.values), one.expected)
        for one in deviations(case, exchange.response, exchange.values)
    }


def _one_sided(
    functions: Mapping[str, Deviation], containers: Mapping[str, Deviation]
) -> dict[str, Pair]:
    """Return the parts in which one response alone is not as documented."""
    found = {part: (one.found, _AS_DOCUMENTED) for part, one in functions.items()}
    others = {part: (_AS_DOCUMENTED, one.found) for part, one in containers.items()}
    return {
        part: pair
        for part, pair in (found | others).items()
        if not (part in found and part in others)
    }


def _body(response: Response) -> str:
    """Return the body as text, without the members that differ between writes."""
    if not is_json(response):
        return response.body.decode(errors="backslashreplace")
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        return response.body.decode(errors="backslashreplace")
    if isinstance(body, list):
        return "[…]"  # other blogs are created and deleted in between
    if isinstance(body, dict):
        body = {
            key: _VARIABLE if key in _VARIABLE_MEMBERS else value for key, value in body.items()
        }
    return json.dumps(body, sort_keys=True, ensure_ascii=False)


def _general(text: str, values: Values) -> str:
    """Return *text* with the placeholders of the case instead of their values."""
    for name, value in sorted(values.items(), key=lambda item: -len(item[1])):
        if value:
            text = text.replace(value, f"<<{name}>>")
    return text
