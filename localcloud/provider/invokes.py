"""The provider's functions: what a program may ask about its account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from localcloud.engine.provider import Properties, ProviderError
from localcloud.environment import ACCOUNT_ID, REGION

_ZONES: Final = {"euw1-az1": f"{REGION}a", "euw1-az2": f"{REGION}b", "euw1-az3": f"{REGION}c"}


def _zones(arguments: Properties) -> Properties:
    excluded = arguments.get("excludeZoneIds", [])
    kept = {zone_id: name for zone_id, name in _ZONES.items() if zone_id not in excluded}
    return {
        "id": REGION,
        "names": list(kept.values()),
        "zoneIds": list(kept),
        "state": "available",
    }


ANSWERS: Final[Mapping[str, Callable[[Properties], Properties]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/local",
        "id": ACCOUNT_ID,
        "userId": "LOCAL",
    },
    "aws:index/getRegion:getRegion": lambda _: {"id": REGION, "region": REGION, "name": REGION},
}


def answer(token: str, arguments: Properties) -> Properties:
    """Answer the function *token*."""
    if token not in ANSWERS:
        raise ProviderError("the local cloud has no answer to this function")
    return ANSWERS[token](arguments)
