"""Provider functions: what a program can look up about its AWS account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from localcloud.engine.provider import Properties, ProviderError
from localcloud.environment import ACCOUNT_ID, PARTITION, REGION

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


FUNCTIONS: Final[Mapping[str, Callable[[Properties], Properties]]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/local",
        "id": ACCOUNT_ID,
        "userId": "LOCAL",
    },
    "aws:index/getPartition:getPartition": lambda _: {
        "dnsSuffix": "amazonaws.com",
        "id": PARTITION,
        "partition": PARTITION,
        "reverseDnsPrefix": "com.amazonaws",
    },
    "aws:index/getRegion:getRegion": lambda _: {"id": REGION, "region": REGION, "name": REGION},
}


def invoke(token: str, arguments: Properties) -> Properties:
    """Return the result of the provider function *token*."""
    if token not in FUNCTIONS:
        raise ProviderError("the local cloud does not support this function")
    return FUNCTIONS[token](arguments)
