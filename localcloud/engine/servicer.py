"""Puts a provider behind the real engine: Pulumi's provider protocol, for any resource type.

Nothing is checked or changed on the way in, secrets are unwrapped by the engine, and a preview
makes nothing: what only making would tell stays unknown.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from localcloud.engine.provider import Outcome, Properties, Provider
from localcloud.engine.wire import UNKNOWN, Decoder, changed, encode

_VERSION: Final = "1000.0.0"  # the engine warns of a provider that is older than the program's SDK

Replacing = Mapping[str, Collection[str]]
"""By type, the inputs that cannot change in place."""


def has_kept_name(_kind: str, olds: Properties, news: Properties) -> bool:
    """Whether the former one must go before another of the same name can be made."""
    return "name" in olds and olds["name"] == news.get("name")


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves *provider* to any number of engines, one run after the other or at once."""

    def __init__(
        self,
        provider: Provider,
        replacing: Replacing,
        deletes_first: Callable[[str, Properties, Properties], bool] = has_kept_name,
        renewed: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        """*deletes_first* is asked when a resource (its type, olds and news) is replaced.

        *renewed* names, by type, outputs that an update makes anew: a preview cannot know them.
        """
        self._provider = provider
        self._replacing = replacing
        self._renewed = renewed
        self._deletes_first = deletes_first
        self._decoder: Final = Decoder()

    async def Check(self, request: provider_pb2.CheckRequest, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> Any:  # noqa: ANN401
        """Compare inputs with inputs: what only the provider knows is no change."""
        differing = changed(request.old_inputs, request.news)
        kind = request.type
        replaces = [key for key in differing if key in self._replacing.get(kind, ())]
        olds, news = map(self._decoder.remembered, (request.old_inputs, request.news))
        is_first = bool(replaces) and self._deletes_first(kind, olds, news)
        return _difference(differing, replaces=replaces, deleteBeforeReplace=is_first)

    async def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.CreateResponse:
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        try:
            inputs = self._decoder.decode(request.properties)
            made = await self._provider.create(request.urn, request.type, request.name, inputs)
        except Exception as error:  # noqa: BLE001  # whatever a provider raises is the answer
            await _refuse(context, error)
        return provider_pb2.CreateResponse(
            id=made.id, properties=encode(made.outputs, made.secrets)
        )

    async def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Tell whether it is still there, and how; without an id it is gone."""
        old = Outcome(request.id, self._decoder.remembered(request.properties))
        try:
            found = await self._provider.read(request.urn, request.type, old)
        except Exception as error:  # noqa: BLE001  # likewise
            await _refuse(context, error)
        if found is None:
            return provider_pb2.ReadResponse()
        if found == old:
            return provider_pb2.ReadResponse(
                id=request.id, properties=request.properties, inputs=request.inputs
            )
        properties = encode(found.outputs, found.secrets)
        return provider_pb2.ReadResponse(id=found.id, properties=properties, inputs=request.inputs)

    async def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        if request.preview:
            foreseen = _overlaid(request.olds, request.news)
            foreseen.update(dict.fromkeys(self._renewed.get(request.type, ()), UNKNOWN))
            return provider_pb2.UpdateResponse(properties=foreseen)
        old = Outcome(request.id, self._decoder.remembered(request.olds))
        olds = self._decoder.remembered(request.old_inputs)
        try:
            news = self._decoder.decode(request.news)
            made = await self._provider.update(request.urn, request.type, old, olds, news)
        except Exception as error:  # noqa: BLE001  # likewise
            await _refuse(context, error)
        return provider_pb2.UpdateResponse(properties=encode(made.outputs, made.secrets))

    async def Delete(
        self, request: provider_pb2.DeleteRequest, context: grpc.aio.ServicerContext
    ) -> empty_pb2.Empty:
        old = Outcome(request.id, self._decoder.remembered(request.properties))
        inputs = self._decoder.remembered(request.old_inputs)
        try:
            await self._provider.delete(request.urn, request.type, old, inputs)
        except Exception as error:  # noqa: BLE001  # likewise
            await _refuse(context, error)
        return empty_pb2.Empty()

    async def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.aio.ServicerContext
    ) -> Any:  # noqa: ANN401  # the message has a member named by a keyword
        try:
            answer = await self._provider.invoke(request.tok, self._decoder.decode(request.args))
        except Exception as error:  # noqa: BLE001  # likewise
            await _refuse(context, error)
        return provider_pb2.InvokeResponse(**{"return": encode(answer)})

    async def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.ProviderHandshakeResponse()

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return plugin_pb2.PluginInfo(version=_VERSION)

    async def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.CheckResponse(inputs=request.news)

    async def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> Any:  # noqa: ANN401
        """Never replace the provider itself: that would replace everything made through it."""
        return _difference(changed(request.old_inputs, request.news))

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    async def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return empty_pb2.Empty()


@contextlib.asynccontextmanager
async def serving(servicer: Servicer, port: int = 0) -> AsyncIterator[int]:
    """Listen for engines, and give the port: the given one, or a free one for 0."""
    # Without the option two servers would share the port, and each would get half of the calls.
    server = grpc.aio.server(
        options=[("grpc.max_receive_message_length", -1), ("grpc.so_reuseport", 0)]
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    chosen = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    try:
        yield chosen
    finally:
        await server.stop(None)


async def _refuse(context: grpc.aio.ServicerContext, error: Exception) -> NoReturn:
    await context.abort(grpc.StatusCode.UNKNOWN, str(error) or type(error).__name__)
    raise AssertionError  # abort never returns


def _difference(differing: list[str], **how: Any) -> provider_pb2.DiffResponse:  # noqa: ANN401
    """Name the inputs that differ, and *how* their change is made."""
    words = provider_pb2.DiffResponse
    changes = words.DIFF_SOME if differing else words.DIFF_NONE
    return words(changes=changes, diffs=differing, **how)


def _overlaid(olds: struct_pb2.Struct, news: struct_pb2.Struct) -> struct_pb2.Struct:
    """Give what an update leaves: outputs that are no inputs stay as they are."""
    made = struct_pb2.Struct()
    made.CopyFrom(olds)
    for key, value in news.fields.items():
        made.fields[key].CopyFrom(value)
    return made
