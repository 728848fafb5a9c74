"""The write token: random, and known to the backends by its SHA-256 only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_random as random


@dataclass(frozen=True, kw_only=True)
class WriteToken:
    """The token, a secret, and the digest that the backends compare it with."""

    value: pulumi.Output[str]
    sha256: pulumi.Output[str]


def write_token(name: str) -> WriteToken:
    """Declare a random token; its digest is no secret."""
    value = random.RandomPassword(name, length=40, special=False).result
    digest = value.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
    return WriteToken(value=pulumi.Output.secret(value), sha256=pulumi.Output.unsecret(digest))
