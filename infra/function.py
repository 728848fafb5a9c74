"""One Lambda function with its role and log group, without its triggers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.policies import ANYTHING, Grant, allow, trust
from infra.settings import Settings

_ALIAS: Final = "live"
_WRITE_LOG: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
_TRACE: Final = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """The inputs of one function."""

    settings: Settings
    physical_name: str
    handler: str
    package: pulumi.Archive
    environment: Mapping[str, pulumi.Input[str]]
    grants: Sequence[Grant]


class Function(pulumi.ComponentResource):
    """The function, its log group and its role. Callers use the alias if there is one."""

    name: pulumi.Output[str]
    invoke_arn: pulumi.Output[str]
    qualifier: pulumi.Output[str] | None

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Function", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{args.physical_name}",
            retention_in_days=args.settings.log_retention_days,
            opts=self._child,
        )
        function = self._function(log_group)
        self.name, self.invoke_arn, self.qualifier = function.name, function.invoke_arn, None
        if args.settings.functions.is_versioned:
            alias = self._alias(function)
            self.invoke_arn, self.qualifier = alias.invoke_arn, alias.name
        self.register_outputs({"name": self.name, "invoke_arn": self.invoke_arn})

    def _function(self, log_group: aws.cloudwatch.LogGroup) -> aws.lambda_.Function:
        settings = self._args.settings
        role, policies = self._role(log_group)
        return aws.lambda_.Function(
            f"{self._name}-function",
            name=self._args.physical_name,
            role=role.arn,
            runtime="python3.13",
            handler=self._args.handler,
            code=self._args.package,
            architectures=[settings.architecture],
            memory_size=settings.functions.memory_size,
            timeout=settings.functions.timeout,
            environment={"variables": self._args.environment},
            publish=settings.functions.is_versioned,
            snap_start={"apply_on": "PublishedVersions"} if settings.functions.snap_start else None,
            tracing_config={"mode": "Active" if settings.tracing else "PassThrough"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log_group, *policies]),
        )

    def _role(
        self, log_group: aws.cloudwatch.LogGroup
    ) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        role = aws.iam.Role(
            f"{self._name}-role", assume_role_policy=trust("lambda.amazonaws.com"), opts=self._child
        )
        streams = pulumi.Output.concat(log_group.arn, ":*")
        documents = {"log": [(_WRITE_LOG, streams)], "data": self._args.grants}
        if self._args.settings.tracing:
            documents["trace"] = [(_TRACE, ANYTHING)]  # X-Ray has no resource-level permissions
        policies: list[pulumi.Resource] = [
            aws.iam.RolePolicy(
                f"{self._name}-{purpose}-policy",
                role=role.id,
                policy=allow(*grants),
                opts=self._child,
            )
            for purpose, grants in documents.items()
        ]
        return role, policies

    def _alias(self, function: aws.lambda_.Function) -> aws.lambda_.Alias:
        alias = aws.lambda_.Alias(
            f"{self._name}-alias",
            name=_ALIAS,
            function_name=function.name,
            function_version=function.version,
            # The name is unique within its function only. By default, Pulumi deletes the alias of a
            # renamed function before it creates the new one, and requests fail in between.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=False),
        )
        reserved = self._args.settings.functions.provisioned_concurrency
        if reserved:
            aws.lambda_.ProvisionedConcurrencyConfig(
                f"{self._name}-concurrency",
                function_name=function.name,
                qualifier=alias.name,
                provisioned_concurrent_executions=reserved,
                opts=self._child,
            )
        return alias
