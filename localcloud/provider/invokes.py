"""The provider's functions: what a program may ask about its account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localcloud.engine.provider import Properties, ProviderError
from localcloud.environment import ACCOUNT_ID, REGION

_ZONES: Final = [f"{REGION}a", f"{REGION}b", f"{REGION}c"]

ANSWERS: Final[Mapping[str, Properties]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": {
        "id": REGION,
        "names": _ZONES,
        "state": "available",
    },
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT_ID,
        "arn": f"arn:aws:iam::{ACCOUNT_ID}:user/local",
        "id": ACCOUNT_ID,
        "userId": "LOCAL",
    },
    "aws:index/getRegion:getRegion": {"id": REGION, "region": REGION, "name": REGION},
}


def answer(token: str) -> Properties:
    """Answer the function *token*."""
    if token not in ANSWERS:
        raise ProviderError("the local cloud has no answer to this function")
    return ANSWERS[token]
