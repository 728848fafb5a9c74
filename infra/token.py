"""The random write token, of which the backends get only the SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import pulumi
import pulumi_random as random


@dataclass(frozen=True, kw_only=True)
class WriteToken:
    """The token, which is a secret, and the digest that the backends compare."""

    value: pulumi.Output[str]
    sha256: pulumi.Output[str]


def write_token(name: str) -> WriteToken:
    """Declare a random token. Its digest is not a secret."""
    value = random.RandomPassword(name, length=40, special=False).result
    digest = value.apply(lambda text: hashlib.sha256(text.encode()).hexdigest())
    return WriteToken(value=pulumi.Output.secret(value), sha256=pulumi.Output.unsecret(digest))
