"""The resource monitor: the SDK registers resources with it, and it calls the provider.

Speaks the SDK's gRPC protocol, which Pulumi does not document as an interface. So the pulumi
package is pinned exactly, and a smoke test names this module when a new version breaks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    resource_pb2,
    resource_pb2_grpc,
)

from localcloud.engine.deployment import Declaration, Deployment, Resource
from localcloud.engine.property_values import Decoder, UnsupportedValue, encode
from localcloud.engine.provider import ProviderError, UnsupportedSetting

_STACK: Final = "pulumi:pulumi:Stack"
_FEATURES: Final = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
)


@dataclass
class Run:
    """What one run of the program has registered and logged."""

    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    rejections: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer, engine_pb2_grpc.EngineServicer):
    """Serves one run of the program; *deployment* has the resources of earlier runs."""

    def __init__(
        self, names: tuple[str, str], deployment: Deployment, report: Callable[[str], None]
    ) -> None:
        """*names* are the project's and the stack's; *report* shows the program's messages."""
        self._project, self._stack = names
        self._deployment = deployment
        self._report = report
        self._seen: set[str] = set()
        self._decoder = Decoder()
        self._root = ""
        self.run = Run()

    async def RegisterResource(
        self,
        request: resource_pb2.RegisterResourceRequest,
        context: grpc.aio.ServicerContext,
    ) -> resource_pb2.RegisterResourceResponse:
        urn = self._urn(request.parent, request.type, request.name)
        if urn in self._seen:
            await self._reject(
                context, _shown(urn), "the program declares two resources of this type and name"
            )
        self._seen.add(urn)
        try:
            resource = await self._deployment.register(self._declaration(urn, request))
        except UnsupportedSetting as error:
            await self._reject(context, "", str(error))
        except Exception as error:  # noqa: BLE001  # the author of the program sees its text
            await self._reject(context, _shown(urn), _reason(error))
        self.run.resources[urn] = resource
        if request.type == _STACK:
            self._root = urn
        outcome = resource.outcome
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=outcome.id, object=encode(outcome.outputs, outcome.secrets)
        )

    def _declaration(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Declaration:
        names = [alias.spec.name for alias in request.aliases]
        return Declaration(
            urn=urn,
            type_=request.type,
            name=request.name,
            inputs=self._decoder.decode(request.object),
            custom=request.custom,
            protect=request.protect,
            ignored=tuple(request.ignoreChanges),
            former_urns=[self._urn(request.parent, request.type, name) for name in names],
            deletes_first=(
                request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None
            ),
        )

    async def _reject(self, context: grpc.aio.ServicerContext, what: str, reason: str) -> NoReturn:
        message = f"{what}: {reason}" if what else reason
        self.run.rejections.append(message)
        await context.abort(grpc.StatusCode.UNKNOWN, message)
        raise AssertionError  # abort never returns

    def _urn(self, parent: str, type_: str, name: str) -> str:
        """Return the URN that the real engine gives: with the parents' types but the stack's."""
        if parent:
            parent_type = parent.split("::")[2]
            if parent_type != _STACK:
                type_ = f"{parent_type}${type_}"
        return f"urn:pulumi:{self._stack}::{self._project}::{type_}::{name}"

    async def RegisterResourceOutputs(
        self,
        request: resource_pb2.RegisterResourceOutputsRequest,
        context: grpc.aio.ServicerContext,
    ) -> empty_pb2.Empty:
        if request.urn == self._root:
            self.run.outputs = self._decoder.decode(request.outputs)
        return empty_pb2.Empty()

    async def Invoke(
        self, request: resource_pb2.ResourceInvokeRequest, context: grpc.aio.ServicerContext
    ) -> Any:  # noqa: ANN401  # the message has a member named by a keyword
        try:
            result = await self._deployment.provider.invoke(
                request.tok, self._decoder.decode(request.args)
            )
        except Exception as error:  # noqa: BLE001  # the author of the program sees its text
            await self._reject(context, request.tok, str(error))
        return provider_pb2.InvokeResponse(**{"return": encode(result)})

    async def GetDeploymentInfo(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    async def SupportsFeature(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    async def RegisterPackage(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return resource_pb2.RegisterPackageResponse(ref=request.name)

    async def SignalAndWaitForShutdown(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return empty_pb2.Empty()

    async def Log(self, request: engine_pb2.LogRequest, context: Any) -> Any:  # noqa: ANN401
        if request.severity == engine_pb2.ERROR:
            self.run.errors.append(request.message)
        elif request.severity != engine_pb2.DEBUG:
            self._report(request.message.rstrip())
        return empty_pb2.Empty()

    async def GetRootResource(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    async def SetRootResource(self, request: Any, context: Any) -> Any:  # noqa: ANN401
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()


def _reason(error: Exception) -> str:
    is_expected = isinstance(error, ProviderError | UnsupportedValue)
    return str(error) if is_expected else f"{type(error).__name__}: {error}"


def _shown(urn: str) -> str:
    """Return a resource's name and type, without its parents' types, for messages."""
    type_, name = urn.split("::")[2:4]
    return f"{name} ({type_.rpartition('$')[2]})"
