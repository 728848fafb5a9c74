"""API Gateway: an HTTP API whose stage listens on this machine and whose routes call functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from localcloud.contracts import FunctionError
from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.environment import REGION
from localcloud.provider.base import Context, ResourceHandler, arn, only_one, resource_id
from localcloud.provider.lambda_ import Functions
from localcloud.runtimes.gateway import AccessLog, Cors, Gateway, GatewaySpec, Route, Throttle
from localcloud.runtimes.gateway import Target as GatewayTarget

_PORT: Final = "api"
_PRINCIPAL: Final = "apigateway.amazonaws.com"
_INTEGRATION_TIMEOUT_MS: Final = 30_000  # an HTTP API's default, and its upper limit


@dataclass
class HttpApi:
    """The program's one HTTP API, as its parts are declared and changed."""

    context: Context
    functions: Functions
    id: str = ""
    port: int = 0
    inputs: Properties = field(default_factory=dict)
    integrations: dict[str, Properties] = field(default_factory=dict)
    routes: dict[str, Properties] = field(default_factory=dict)
    stages: dict[str, Properties] = field(default_factory=dict)
    gateway: Gateway | None = None

    async def apply(self) -> None:
        """Make the gateway serve what is declared now; it listens while there is a stage."""
        stage = next(iter(self.stages.values()), None)
        if stage is None:
            await self.close()
        elif self.gateway is None:
            self.gateway = Gateway(self.port)
            self.gateway.configure(self._spec(stage))
            try:
                await self.gateway.start()
            except OSError as error:
                raise ProviderError(f"the HTTP API cannot use port {self.port}: {error}") from error
        else:
            self.gateway.configure(self._spec(stage))

    async def close(self) -> None:
        """Finish the requests in progress and stop listening."""
        gateway, self.gateway = self.gateway, None
        if gateway:
            await gateway.stop()

    def _spec(self, stage: Properties) -> GatewaySpec:
        limits = stage.get("defaultRouteSettings") or {}
        throttle = None
        if limits.get("throttlingRateLimit") and limits.get("throttlingBurstLimit"):
            throttle = Throttle(
                rate_limit=float(limits["throttlingRateLimit"]),
                burst_limit=int(limits["throttlingBurstLimit"]),
            )
        return GatewaySpec(
            api_id=self.id,
            stage=stage["name"],
            routes=tuple(self._routes(stage["name"])),
            cors=_cors(self.inputs.get("corsConfiguration")),
            throttle=throttle,
            access_log=self._access_log(stage),
            meter=self.context.metrics.meter(
                "AWS/ApiGateway", {"ApiId": self.id, "Stage": stage["name"]}
            ),
        )

    def _routes(self, stage: str) -> Iterator[Route]:
        for route in self.routes.values():
            target = route.get("target", "")
            integration = self.integrations.get(target.removeprefix("integrations/"))
            if integration is None:  # not created yet, or already deleted
                continue
            milliseconds = integration.get("timeoutMilliseconds", _INTEGRATION_TIMEOUT_MS)
            source = "/".join([arn("execute-api", self.id), stage, _source(route["routeKey"])])
            yield Route(
                key=route["routeKey"],
                target=self._target(integration["integrationUri"], source),
                timeout_s=milliseconds / 1000,
            )

    def _target(self, uri: str, source: str) -> GatewayTarget:
        function_arn = uri.partition("/functions/")[2].removesuffix("/invocations") or uri

        async def invoke(event: bytes) -> bytes:
            function = self.functions.find(function_arn)
            if function is None:
                raise FunctionError("ResourceNotFoundException", b"there is no such function")
            if not self.functions.is_allowed(function_arn, _PRINCIPAL, source):
                raise FunctionError(
                    "AccessDeniedException", b"no permission allows the API to invoke the function"
                )
            return await function.invoke(event)

        return invoke

    def _access_log(self, stage: Properties) -> AccessLog | None:
        declared = stage.get("accessLogSettings")
        if not declared:
            return None
        return AccessLog(path=self.context.state.logs / "api.log", format=declared["format"])


def _source(route_key: str) -> str:
    """Return a route's part of the ARN that calls the function: `GET /blog` is `GET/blog`."""
    return route_key.replace(" ", "")


def _cors(declared: Properties | None) -> Cors | None:
    if not declared:
        return None
    return Cors(
        allow_origins=declared.get("allowOrigins", ()),
        allow_methods=declared.get("allowMethods", ()),
        allow_headers=declared.get("allowHeaders", ()),
        expose_headers=declared.get("exposeHeaders", ()),
        max_age=declared.get("maxAge"),
        allow_credentials=declared.get("allowCredentials", False),
    )


class ApiHandler(ResourceHandler):
    """`aws:apigatewayv2/api:Api`."""

    def __init__(self, api: HttpApi) -> None:
        self._api = api

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        if self._api.id:
            raise ProviderError(only_one("HTTP API"))
        self._api.id = resource_id("api", urn)[4:14]
        self._api.port = self._api.context.state.port(_PORT)
        return self._outcome(inputs)

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        outcome = self._outcome(news)
        await self._api.apply()
        return outcome

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._api.close()
        self._api.id = ""

    def _outcome(self, inputs: Properties) -> Outcome:
        if inputs.get("protocolType") != "HTTP":
            raise ProviderError("protocolType must be HTTP: no other type is supported here")
        self._api.inputs = inputs
        outputs = {
            "arn": f"arn:aws:apigateway:{REGION}::/apis/{self._api.id}",
            "apiEndpoint": f"http://127.0.0.1:{self._api.port}",
            "executionArn": arn("execute-api", self._api.id),
        }
        return Outcome(self._api.id, {**inputs, **outputs})


class ApiPartHandler(ResourceHandler):
    """A resource that is one entry of the API: an integration or a route."""

    def __init__(self, api: HttpApi, entries: dict[str, Properties]) -> None:
        self._api = api
        self._entries = entries

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        identity = resource_id("part", urn)[5:12]
        self._entries[identity] = inputs
        await self._api.apply()
        return Outcome(identity, {**inputs, **self._outputs(inputs)})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._entries.pop(old.id, None)
        await self._api.apply()

    def _outputs(self, inputs: Properties) -> Properties:
        return {}


class StageHandler(ApiPartHandler):
    """`aws:apigatewayv2/stage:Stage`; an API has one here."""

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        if self._entries and resource_id("part", urn)[5:12] not in self._entries:
            raise ProviderError(only_one("stage"))
        return await super().create(urn, name, inputs)

    def _outputs(self, inputs: Properties) -> Properties:
        name = inputs["name"]
        path = "" if name == "$default" else f"/{name}"
        return {
            "arn": f"arn:aws:apigateway:{REGION}::/apis/{self._api.id}/stages/{name}",
            "executionArn": f"{arn('execute-api', self._api.id)}/{name}",
            "invokeUrl": f"http://127.0.0.1:{self._api.port}{path}",
        }


def handlers(api: HttpApi) -> dict[str, ResourceHandler]:
    """Return the handlers of API Gateway's resource types."""
    return {
        "aws:apigatewayv2/api:Api": ApiHandler(api),
        "aws:apigatewayv2/integration:Integration": ApiPartHandler(api, api.integrations),
        "aws:apigatewayv2/route:Route": ApiPartHandler(api, api.routes),
        "aws:apigatewayv2/stage:Stage": StageHandler(api, api.stages),
    }
