"""`random:index/randomPassword:RandomPassword` is made once and kept in the state folder."""

from __future__ import annotations

import secrets
import string
from functools import partial

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider.context import Context
from localcloud.provider.kind import logical_name

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


class RandomPassword:
    """The result is secret, and the same at every start."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        result = self._context.state.secret(name, partial(_make, name, inputs))
        return Outcome("none", {**inputs, "result": result}, frozenset({"result"}))

    async def update(
        self,
        urn: str,
        old: Outcome,
        olds: Properties,
        news: Properties,
    ) -> Outcome:
        """Make another one: other rules, other password."""
        name = logical_name(urn)
        self._context.state.replace_secret(name, _make(name, news))
        return await self.create(urn, name, news)

    async def delete(
        self,
        urn: str,
        old: Outcome,
        inputs: Properties,
    ) -> None:
        self._context.state.forget_secret(logical_name(urn))


def _make(name: str, inputs: Properties) -> str:
    alphabet = string.ascii_letters + string.digits
    known = {"length", "special"}
    if set(inputs) - known:
        raise ProviderError(f"{name}: only {', '.join(sorted(known))} are interpreted here")
    if inputs.get("special", True):
        alphabet += _SPECIAL
    return "".join(secrets.choice(alphabet) for _ in range(int(inputs["length"])))
