"""The provider: which type is what here; a type that is not listed is an error."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider import api, balancer, inert, invokes, refused, service
from localcloud.provider.balanced import Balanced
from localcloud.provider.context import Context
from localcloud.provider.function import PACKAGES, Alias, Functions
from localcloud.provider.image import IMAGES
from localcloud.provider.kind import Kind
from localcloud.provider.package import forget_unused
from localcloud.provider.password import RandomPassword
from localcloud.provider.table import Table

# Their deletion would take the blogs, or the token that clients have.
_KEPT: Final = {
    "aws:dynamodb/table:Table",
    "random:index/randomPassword:RandomPassword",
}
_UNKNOWN: Final = (
    "the local cloud does not know this type: give it a kind in localcloud/provider, "
    "or name it in localcloud/provider/inert.py"
)


class LocalProvider:
    """Runs the declared resources on this machine."""

    def __init__(self, context: Context) -> None:
        """Nothing starts before a resource is created."""
        self._context = context
        self._functions = Functions(context)
        self._api = api.HttpApi(context, self._functions)
        self._balanced = Balanced(context)
        self._kinds: Mapping[str, Kind] = {
            **{kind: inert.Inert(kind) for kind in inert.INERT},
            **{kind: refused.Refused(kind) for kind in refused.REFUSED},
            **api.kinds(self._api),
            **balancer.kinds(self._balanced),
            **service.kinds(self._balanced),
            "aws:dynamodb/table:Table": Table(context),
            "aws:lambda/alias:Alias": Alias(self._functions),
            "aws:lambda/function:Function": self._functions,
            "random:index/randomPassword:RandomPassword": RandomPassword(context),
        }

    async def create(self, urn: str, kind: str, name: str, inputs: Properties) -> Outcome:
        return await self._kind(kind).create(urn, name, inputs)

    async def update(
        self, urn: str, kind: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        return await self._kind(kind).update(urn, old, olds, news)

    async def read(self, urn: str, kind: str, old: Outcome) -> Outcome | None:
        return old

    async def delete(self, urn: str, kind: str, old: Outcome, inputs: Properties) -> None:
        await self._kind(kind).delete(urn, old, inputs)

    @property
    def types(self) -> frozenset[str]:
        """The resource types that run here, or need not run."""
        return frozenset(self._kinds) - frozenset(refused.REFUSED)

    def is_kept(self, kind: str) -> bool:
        return kind in _KEPT

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return invokes.answer(token, arguments)

    async def settle(self) -> None:
        """Wait until all that was declared answers."""
        await self._balanced.settle()

    async def forget_unused(self) -> None:
        """Remove what former runs have left; what is in use was touched when it was made."""
        for kind in (PACKAGES, IMAGES):
            await asyncio.to_thread(forget_unused, self._context.state.folder / kind)

    async def close(self) -> None:
        """Stop what runs: the fronts first, so that nothing is refused half way."""
        await self._api.close()
        await self._balanced.close()
        await self._functions.close()

    def _kind(self, kind: str) -> Kind:
        if kind not in self._kinds:
            raise ProviderError(_UNKNOWN)
        return self._kinds[kind]
