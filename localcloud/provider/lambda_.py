"""Lambda: functions that run in execution environments, their aliases and their permissions."""

from __future__ import annotations

import asyncio
import fnmatch
import json
from typing import Final

from localcloud.embedded_metrics import EmbeddedMetrics
from localcloud.engine.property_values import Archive
from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.environment import REGION
from localcloud.provider.base import (
    Context,
    ResourceHandler,
    arn,
    logical_name,
    physical_name,
    resource_id,
)
from localcloud.provider.lambda_package import BYTECODE, PACKAGES, unpack
from localcloud.runtimes.functions import Function, FunctionSpec

# Lambda's own defaults, and the concurrency that a new AWS account begins with.
_MEMORY_MB: Final = 128
_TIMEOUT_S: Final = 3
_CONCURRENCY: Final = 10


class Functions:
    """The declared functions by ARN, with their aliases and permissions."""

    def __init__(self) -> None:
        self.by_arn: dict[str, Function] = {}
        self.aliases: dict[str, str] = {}
        self.permissions: dict[str, Properties] = {}

    def find(self, function_arn: str) -> Function | None:
        """Return the function with this ARN, or with an alias of this ARN."""
        return self.by_arn.get(self.aliases.get(function_arn, function_arn))

    def is_allowed(self, function_arn: str, principal: str, source_arn: str) -> bool:
        """Return True if a permission allows *principal* to invoke the function."""
        name, _, qualifier = function_arn.partition(":function:")[2].partition(":")
        return any(
            permission["function"] in (name, function_arn)
            and permission.get("qualifier", "") == qualifier
            and permission["principal"] == principal
            and fnmatch.fnmatchcase(source_arn, permission.get("sourceArn", "*"))
            for permission in self.permissions.values()
        )

    async def close(self) -> None:
        """Stop all execution environments."""
        await asyncio.gather(*(function.close() for function in self.by_arn.values()))


class FunctionHandler(ResourceHandler):
    """`aws:lambda/function:Function`: its environments start as requests need them."""

    def __init__(self, context: Context, functions: Functions) -> None:
        self._context = context
        self._functions = functions
        self._unpacking = asyncio.Lock()

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        spec = await self._spec(physical_name(urn, name, inputs), inputs)
        self._functions.by_arn[spec.arn] = Function(
            spec,
            self._context.processes,
            self._context.database.endpoint,
            meter=self._context.metrics.meter("AWS/Lambda", {"FunctionName": spec.name}),
            printed=EmbeddedMetrics(self._context.metrics).measure,
        )
        return _outcome(spec, inputs)

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        spec = await self._spec(physical_name(urn, logical_name(urn), news), news)
        await self._functions.by_arn[spec.arn].replace(spec)
        return _outcome(spec, news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._functions.by_arn.pop(old.outputs["arn"]).close()

    async def _spec(self, name: str, inputs: Properties) -> FunctionSpec:
        code = inputs.get("code")
        if not isinstance(code, Archive):
            raise ProviderError("code must be a folder (pulumi.FileArchive)")
        packages = self._context.state.folder / PACKAGES
        bytecode = self._context.project / BYTECODE
        async with self._unpacking:
            package = await asyncio.to_thread(unpack, code, packages, bytecode)
        is_traced = (inputs.get("tracingConfig") or {}).get("mode") == "Active"
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
            xray_daemon=self._context.daemon.address if is_traced else "",
        )


class AliasHandler(ResourceHandler):
    """`aws:lambda/alias:Alias`: another name of the function, of which one version runs here.

    A deleted alias stays known until the function is deleted.
    """

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        function_arn = arn("lambda", f"function:{inputs['functionName']}")
        alias = physical_name(urn, name, inputs)
        alias_arn = f"{function_arn}:{alias}"
        self._functions.aliases[alias_arn] = function_arn
        outputs = {"name": alias, "arn": alias_arn, "invokeArn": _invoke_arn(alias_arn)}
        return Outcome(alias_arn, {**inputs, **outputs})


class PermissionHandler(ResourceHandler):
    """`aws:lambda/permission:Permission`; a replacement is created before the old one goes."""

    def __init__(self, functions: Functions) -> None:
        self._permissions = functions.permissions

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        # The inputs distinguish it from its replacement, which has the same URN.
        identity = resource_id("permission", urn + json.dumps(inputs, sort_keys=True))
        self._permissions[identity] = inputs
        return Outcome(identity, inputs)

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        await self.delete(urn, old, olds)
        return await self.create(urn, logical_name(urn), news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._permissions.pop(old.id, None)


def _invoke_arn(function_arn: str) -> str:
    path = f"2015-03-31/functions/{function_arn}/invocations"
    return f"arn:aws:apigateway:{REGION}:lambda:path/{path}"


def _outcome(spec: FunctionSpec, inputs: Properties) -> Outcome:
    outputs = {
        "name": spec.name,
        "arn": spec.arn,
        "invokeArn": _invoke_arn(spec.arn),
        "qualifiedArn": f"{spec.arn}:$LATEST",
        "version": "$LATEST",
    }
    return Outcome(spec.name, {**inputs, **outputs})


def handlers(context: Context, functions: Functions) -> dict[str, ResourceHandler]:
    """Return the handlers of Lambda's resource types."""
    return {
        "aws:lambda/alias:Alias": AliasHandler(functions),
        "aws:lambda/function:Function": FunctionHandler(context, functions),
        "aws:lambda/permission:Permission": PermissionHandler(functions),
    }
