"""The provider of the local cloud: which handler each resource type has."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.images.store import IMAGES
from localcloud.provider import (
    apigateway,
    dynamodb,
    ecs,
    elb,
    inert,
    invokes,
    lambda_,
    random_,
    unsupported,
)
from localcloud.provider.base import Context, ResourceHandler
from localcloud.provider.conflicts import Existing
from localcloud.provider.lambda_package import PACKAGES, remove_unused

# Deleting them would lose the blogs, or the write token that clients use.
_RETAINED: Final = {
    "aws:dynamodb/table:Table",
    "random:index/randomPassword:RandomPassword",
}
_UNKNOWN: Final = (
    "the local cloud does not know this type. Add a ResourceHandler in localcloud/provider, "
    "or list the type in localcloud/provider/inert.py."
)


class LocalProvider:
    """Runs the declared resources on this machine."""

    def __init__(self, context: Context) -> None:
        """Nothing starts before a resource is created."""
        self._context = context
        self._existing = Existing()
        self._functions = lambda_.Functions()
        self._api = apigateway.HttpApi(context, self._functions)
        self._load_balancing = elb.LoadBalancing(context)
        self._cluster = ecs.Cluster(context, self._load_balancing)
        self._handlers: Mapping[str, ResourceHandler] = {
            **inert.handlers(),
            **unsupported.handlers(),
            **apigateway.handlers(self._api),
            **dynamodb.handlers(context),
            **ecs.handlers(self._cluster),
            **elb.handlers(self._load_balancing),
            **lambda_.handlers(context, self._functions),
            **random_.handlers(context),
        }

    async def create(self, urn: str, type_: str, name: str, inputs: Properties) -> Outcome:
        handler = self._handler(type_)
        self._existing.claim(urn, type_, inputs)
        try:
            return await handler.create(urn, name, inputs)
        except BaseException:
            self._existing.release(urn, type_)
            raise

    async def update(
        self, urn: str, type_: str, old: Outcome, olds: Properties, news: Properties
    ) -> Outcome:
        handler = self._handler(type_)
        self._existing.claim(urn, type_, news)
        try:
            return await handler.update(urn, old, olds, news)
        except BaseException:
            self._existing.set(urn, type_, olds)
            raise

    async def read(self, urn: str, type_: str, old: Outcome) -> Outcome | None:
        return old

    async def delete(self, urn: str, type_: str, old: Outcome, inputs: Properties) -> None:
        await self._handler(type_).delete(urn, old, inputs)
        self._existing.release(urn, type_)

    @property
    def types(self) -> frozenset[str]:
        """The supported resource types, inert ones included."""
        return frozenset(self._handlers) - frozenset(unsupported.UNSUPPORTED)

    def is_retained(self, type_: str) -> bool:
        return type_ in _RETAINED

    async def invoke(self, token: str, arguments: Properties) -> Properties:
        return invokes.invoke(token, arguments)

    async def settle(self) -> None:
        """Wait until all that was declared answers requests."""
        await self._cluster.settle()

    async def remove_unused(self) -> None:
        """Remove what previous runs have left; what is in use was touched when it was created."""
        for folder in (PACKAGES, IMAGES):
            await asyncio.to_thread(remove_unused, self._context.state.folder / folder)

    async def close(self) -> None:
        """Stop what runs: first what accepts requests, so that none fails half-way."""
        await self._api.close()
        await self._load_balancing.close()
        await self._cluster.close()
        await self._functions.close()

    def _handler(self, type_: str) -> ResourceHandler:
        if type_ not in self._handlers:
            raise ProviderError(_UNKNOWN)
        return self._handlers[type_]
