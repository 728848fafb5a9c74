"""`aws:lambda/function:Function` becomes execution environments, started as requests need them."""

from __future__ import annotations

import asyncio
from typing import Final

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.engine.wire import Archive
from localcloud.environment import REGION
from localcloud.provider.context import Context
from localcloud.provider.kind import logical_name
from localcloud.provider.names import arn, physical_name
from localcloud.provider.package import BYTECODE, unpack
from localcloud.runtimes.functions import Function, FunctionSpec

PACKAGES: Final = "packages"
# Lambda's own defaults, and the concurrency that a new AWS account begins with.
_MEMORY_MB: Final = 128
_TIMEOUT_S: Final = 3
_CONCURRENCY: Final = 10


class Functions:
    """The declared functions by ARN, which is how integrations name them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._unpacking = asyncio.Lock()
        self._by_arn: dict[str, Function] = {}
        self._aliases: dict[str, str] = {}

    def get(self, function_arn: str) -> Function | None:
        """Give the function that runs as *function_arn*, if there is one."""
        return self._by_arn.get(self._aliases.get(function_arn, function_arn))

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        spec = await self._spec(physical_name(urn, name, inputs), inputs)
        if spec.arn in self._by_arn:
            raise ProviderError(f"a function named {spec.name} exists already")
        self._by_arn[spec.arn] = Function(
            spec,
            self._context.processes,
            self._context.database.endpoint,
            meter=self._context.metrics.meter("AWS/Lambda", {"FunctionName": spec.name}),
        )
        return _outcome(spec, inputs)

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        spec = await self._spec(physical_name(urn, logical_name(urn), news), news)
        if spec.arn != old.outputs["arn"]:
            await self.delete(urn, old, olds)
            return await self.create(urn, logical_name(urn), news)
        await self._by_arn[spec.arn].replace(spec)
        return _outcome(spec, news)

    async def delete(
        self,
        urn: str,
        old: Outcome,
        inputs: Properties,
    ) -> None:
        await self._by_arn.pop(old.outputs["arn"]).close()

    def call_also(self, alias_arn: str, function_arn: str) -> None:
        """Let callers reach a function under the ARN of an alias too."""
        self._aliases[alias_arn] = function_arn

    async def close(self) -> None:
        """End all environments."""
        await asyncio.gather(*(function.close() for function in self._by_arn.values()))

    async def _spec(self, name: str, inputs: Properties) -> FunctionSpec:
        code = inputs.get("code")
        if not isinstance(code, Archive):
            raise ProviderError("code must be a folder (pulumi.FileArchive) to run here")
        packages = self._context.state.folder / PACKAGES
        bytecode = self._context.project / BYTECODE
        async with self._unpacking:
            package = await asyncio.to_thread(unpack, code, packages, bytecode)
        reserved = int(inputs.get("reservedConcurrentExecutions", -1))
        return FunctionSpec(
            name=name,
            arn=arn("lambda", f"function:{name}"),
            handler=inputs["handler"],
            package=package,
            environment=(inputs.get("environment") or {}).get("variables", {}),
            memory_mb=int(inputs.get("memorySize", _MEMORY_MB)),
            timeout_s=float(inputs.get("timeout", _TIMEOUT_S)),
            concurrency=_CONCURRENCY if reserved < 0 else reserved,
            log=self._context.state.logs / "functions" / f"{name}.log",
        )


class Alias:
    """`aws:lambda/alias:Alias` is another name of the function: one version runs here."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        function_arn = arn("lambda", f"function:{inputs['functionName']}")
        alias = physical_name(urn, name, inputs)
        alias_arn = f"{function_arn}:{alias}"
        self._functions.call_also(alias_arn, function_arn)
        made = {"name": alias, "arn": alias_arn, "invokeArn": _invoke_arn(alias_arn)}
        return Outcome(alias_arn, {**inputs, **made})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        return await self.create(urn, logical_name(urn), news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        """Do nothing: the name stays until the function goes."""


def _invoke_arn(function_arn: str) -> str:
    path = f"2015-03-31/functions/{function_arn}/invocations"
    return f"arn:aws:apigateway:{REGION}:lambda:path/{path}"


def _outcome(spec: FunctionSpec, inputs: Properties) -> Outcome:
    made = {
        "name": spec.name,
        "arn": spec.arn,
        "invokeArn": _invoke_arn(spec.arn),
        "qualifiedArn": f"{spec.arn}:$LATEST",
        "version": "$LATEST",
    }
    return Outcome(spec.name, {**inputs, **made})
