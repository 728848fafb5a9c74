"""Random: a password that is created once and kept in the state folder."""

from __future__ import annotations

import secrets
import string
from functools import partial
from typing import Final

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider.base import Context, ResourceHandler, logical_name

_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"


class RandomPasswordHandler(ResourceHandler):
    """`random:index/randomPassword:RandomPassword`: secret, and the same at every start."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        result = self._context.state.secret(name, partial(_new_password, name, inputs))
        return Outcome("none", {**inputs, "result": result}, frozenset({"result"}))

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        """Create another password, which follows the changed rules."""
        name = logical_name(urn)
        self._context.state.replace_secret(name, _new_password(name, news))
        return await self.create(urn, name, news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._context.state.forget_secret(logical_name(urn))


def _new_password(name: str, inputs: Properties) -> str:
    alphabet = string.ascii_letters + string.digits
    supported = {"length", "special"}
    if set(inputs) - supported:
        raise ProviderError(f"{name}: only {', '.join(sorted(supported))} are supported here")
    if inputs.get("special", True):
        alphabet += _SPECIAL
    return "".join(secrets.choice(alphabet) for _ in range(int(inputs["length"])))


def handlers(context: Context) -> dict[str, ResourceHandler]:
    """Return the handlers of the Random provider's resource types."""
    return {"random:index/randomPassword:RandomPassword": RandomPasswordHandler(context)}
