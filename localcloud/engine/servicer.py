"""Serves a provider to the real engine: Pulumi's provider protocol, for any resource type.

Inputs are neither checked nor changed, and the engine unwraps secrets. A preview creates nothing:
what is known only after creation stays unknown.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from localcloud.engine.property_values import UNKNOWN, Decoder, changed, encode
from localcloud.engine.provider import Outcome, Provider
from localcloud.engine.replacements import Replacements

_VERSION: Final = "1000.0.0"  # the engine warns of a provider that is older than the program's SDK

Request = TypeVar("Request")
Response = TypeVar("Response")
Method = Callable[["Servicer", Request, grpc.aio.ServicerContext], Awaitable[Response]]


def _reports_errors(method: Method[Request, Response]) -> Method[Request, Response]:
    """Answer with an error that has the text of what the provider raises."""

    @functools.wraps(method)
    async def wrapper(
        self: Servicer, request: Request, context: grpc.aio.ServicerContext
    ) -> Response:
        try:
            return await method(self, request, context)
        except Exception as error:  # noqa: BLE001  # the user of the engine sees its text
            message = str(error) or type(error).__name__
        await context.abort(grpc.StatusCode.UNKNOWN, message)
        raise AssertionError  # abort never returns

    return wrapper


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves *provider* to any number of engines, one after the other or at once."""

    def __init__(
        self,
        provider: Provider,
        replacements: Replacements,
        renewed: Mapping[str, Collection[str]] = MappingProxyType({}),
        check: Callable[[str], None] = lambda _urn: None,
    ) -> None:
        """*renewed* names, by type, outputs that change with each update.

        A preview cannot know them.

        *check* raises for the URN of a resource that cannot be deployed, also in a preview.
        """
        self._provider = provider
        self._replacements = replacements
        self._renewed = renewed
        self._check = check
        self._decoder: Final = Decoder()

    @_reports_errors
    async def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.CheckResponse:
        self._check(request.urn)
        return provider_pb2.CheckResponse(inputs=request.news)

    async def Diff(self, request: provider_pb2.DiffRequest, context: Any) -> Any:  # noqa: ANN401
        """Compare inputs with inputs: an output that differs is not a change."""
        differing = changed(request.old_inputs, request.news)
        replaces = self._replacements.causes(request.type, differing)
        olds, news = map(self._decoder.decode_state, (request.old_inputs, request.news))
        is_first = bool(replaces) and self._replacements.deletes_first(request.type, olds, news)
        return _difference(differing, replaces=replaces, deleteBeforeReplace=is_first)

    @_reports_errors
    async def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.CreateResponse:
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        inputs = self._decoder.decode(request.properties)
        created = await self._provider.create(request.urn, request.type, request.name, inputs)
        properties = encode(created.outputs, created.secrets)
        return provider_pb2.CreateResponse(id=created.id, properties=properties)

    @_reports_errors
    async def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Return the resource as it is; without an id if it is gone."""
        old = Outcome(request.id, self._decoder.decode_state(request.properties))
        found = await self._provider.read(request.urn, request.type, old)
        if found is None:
            return provider_pb2.ReadResponse()
        if found == old:
            return provider_pb2.ReadResponse(
                id=request.id, properties=request.properties, inputs=request.inputs
            )
        properties = encode(found.outputs, found.secrets)
        return provider_pb2.ReadResponse(id=found.id, properties=properties, inputs=request.inputs)

    @_reports_errors
    async def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.aio.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        if request.preview:
            expected = _overlaid(request.olds, request.news)
            expected.update(dict.fromkeys(self._renewed.get(request.type, ()), UNKNOWN))
            return provider_pb2.UpdateResponse(properties=expected)
        old = Outcome(request.id, self._decoder.decode_state(request.olds))
        olds = self._decoder.decode_state(request.old_inputs)
        news = self._decoder.decode(request.news)
        updated = await self._provider.update(request.urn, request.type, old, olds, news)
        return provider_pb2.UpdateResponse(properties=encode(updated.outputs, updated.secrets))

    @_reports_errors
    async def Delete(
        self, request: provider_pb2.DeleteRequest, context: grpc.aio.ServicerContext
    ) -> empty_pb2.Empty:
        old = Outcome(request.id, self._decoder.decode_state(request.properties))
        inputs = self._decoder.decode_state(request.old_inputs)
        await self._provider.delete(request.urn, request.type, old, inputs)
        return empty_pb2.Empty()

    @_reports_errors
    async def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.aio.ServicerContext
    ) -> Any:  # noqa: ANN401  # the message has a member named by a keyword
        result = await self._provider.invoke(request.tok, self._decoder.decode(request.args))
        return provider_pb2.InvokeResponse(**{"return": encode(result)})

    async def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.ProviderHandshakeResponse()

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return empty_pb2.Empty()

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return plugin_pb2.PluginInfo(version=_VERSION)

    async def CheckConfig(self, request: provider_pb2.CheckRequest, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.CheckResponse(inputs=request.news)

    async def DiffConfig(self, request: provider_pb2.DiffRequest, context: Any) -> Any:  # noqa: ANN401
        """Never replace the provider itself: that would replace all of its resources."""
        return _difference(changed(request.old_inputs, request.news))

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    async def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return empty_pb2.Empty()


@contextlib.asynccontextmanager
async def serving(servicer: Servicer, port: int = 0) -> AsyncIterator[int]:
    """Listen for engines on *port*, on a free one for 0, and yield it."""
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


def _difference(differing: list[str], **details: Any) -> provider_pb2.DiffResponse:  # noqa: ANN401
    """Return which inputs differ; *details* are other members of the response."""
    response = provider_pb2.DiffResponse
    changes = response.DIFF_SOME if differing else response.DIFF_NONE
    return response(changes=changes, diffs=differing, **details)


def _overlaid(olds: struct_pb2.Struct, news: struct_pb2.Struct) -> struct_pb2.Struct:
    """Return the outputs after an update: those that are not inputs stay as they are."""
    outputs = struct_pb2.Struct()
    outputs.CopyFrom(olds)
    for key, value in news.fields.items():
        outputs.fields[key].CopyFrom(value)
    return outputs
