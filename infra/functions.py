"""The functions backend: an HTTP API in front of one function per operation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from blog import schema
from infra.backend import BackendSettings
from infra.policies import allow, trust
from infra.settings import Settings

_READ: Final = ("dynamodb:GetItem",)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What one function answers, and what it may do to the table (and to its feed index)."""

    function: str
    handler: str
    routes: Sequence[str]
    table_actions: Sequence[str] = ()
    index_actions: Sequence[str] = ()


OPERATIONS: Final = (
    Operation(
        function="GetBlogs",
        handler="lambda_src.handlers.get_blogs",
        routes=("GET /blog", "HEAD /blog", "GET /", "HEAD /", "$default"),
        table_actions=("dynamodb:BatchGetItem",),
        index_actions=("dynamodb:Query",),
    ),
    Operation(
        function="GetBlog",
        handler="lambda_src.handlers.get_blog",
        routes=("GET /blog/{id}", "HEAD /blog/{id}"),
        table_actions=_READ,
    ),
    Operation(
        function="PostBlog",
        handler="lambda_src.handlers.post_blog",
        routes=("POST /blog",),
        table_actions=("dynamodb:PutItem", *_READ),
    ),
    Operation(
        function="PutBlog",
        handler="lambda_src.handlers.put_blog",
        routes=("PUT /blog/{id}",),
        table_actions=("dynamodb:PutItem", *_READ),
    ),
    Operation(
        function="DeleteBlog",
        handler="lambda_src.handlers.delete_blog",
        routes=("DELETE /blog/{id}",),
        table_actions=("dynamodb:DeleteItem", *_READ),
    ),
)

# What the gateway writes about each request; the client of the logs reads JSON.
_ACCESS_LOG: Final = json.dumps(
    {
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "routeKey": "$context.routeKey",
        "status": "$context.status",
        "responseLatency": "$context.responseLatency",
        "integrationLatency": "$context.integrationLatency",
        "integrationError": "$context.integrationErrorMessage",
        "sourceIp": "$context.identity.sourceIp",
    }
)


@dataclass(frozen=True, kw_only=True)
class FunctionsArgs:
    """What the functions backend is made of."""

    settings: Settings
    backend: BackendSettings
    package: pulumi.Archive


class Functions(pulumi.ComponentResource):
    """The HTTP API, its stage, and the functions behind its routes."""

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: FunctionsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Functions", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        api = aws.apigatewayv2.Api(
            f"{name}-api",
            name=f"{settings.prefix}-functions",
            protocol_type="HTTP",
            cors_configuration={
                "allow_origins": list(settings.cors_origins),
                "allow_methods": list(schema.CORS_METHODS),
                "allow_headers": list(schema.CORS_HEADERS),
                "expose_headers": list(schema.CORS_EXPOSED_HEADERS),
                "max_age": schema.CORS_MAX_AGE_SECONDS,
            },
            opts=self._child,
        )
        for operation in OPERATIONS:
            function = Function(
                f"{name}-{operation.function}", _function_args(operation, args), self._child
            )
            self._connect(f"{name}-{operation.function}", api, function, operation.routes)
        self.url = self._stage(name, api, settings)
        self.register_outputs({"url": self.url})

    def _connect(
        self, name: str, api: aws.apigatewayv2.Api, function: Function, routes: Sequence[str]
    ) -> None:
        integration = aws.apigatewayv2.Integration(
            f"{name}-integration",
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.invoke_arn,
            payload_format_version="2.0",
            opts=self._child,
        )
        for route in routes:
            aws.apigatewayv2.Route(
                f"{name}-{_slug(route)}",
                api_id=api.id,
                route_key=route,
                target=pulumi.Output.concat("integrations/", integration.id),
                opts=self._child,
            )
        aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(api.execution_arn, "/*"),
            opts=self._child,
        )

    def _stage(
        self, name: str, api: aws.apigatewayv2.Api, settings: Settings
    ) -> pulumi.Output[str]:
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-access-log",
            name=f"/aws/apigateway/{settings.prefix}-functions",
            retention_in_days=settings.log_retention_days,
            opts=self._child,
        )
        stage = aws.apigatewayv2.Stage(
            f"{name}-stage",
            api_id=api.id,
            name=settings.stage_name,
            auto_deploy=True,
            access_log_settings={"destination_arn": log_group.arn, "format": _ACCESS_LOG},
            default_route_settings={
                "throttling_rate_limit": 1000,
                "throttling_burst_limit": 500,
            },
            opts=self._child,
        )
        return stage.invoke_url


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What distinguishes one function from another."""

    settings: Settings
    operation: Operation
    package: pulumi.Archive
    environment: Mapping[str, pulumi.Input[str]]
    policy: pulumi.Output[str]


class Function(pulumi.ComponentResource):
    """A Lambda function and everything it needs to run, except its callers."""

    name: pulumi.Output[str]
    invoke_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Function", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        physical = f"{args.settings.prefix}-{args.operation.function}"
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{physical}",
            retention_in_days=args.settings.log_retention_days,
            opts=child,
        )
        role = aws.iam.Role(
            f"{name}-role", assume_role_policy=trust("lambda.amazonaws.com"), opts=child
        )
        writes_log = (("logs:CreateLogStream", "logs:PutLogEvents"), _streams(log_group))
        log_policy = aws.iam.RolePolicy(
            f"{name}-log-policy", role=role.id, policy=allow(writes_log), opts=child
        )
        policy = aws.iam.RolePolicy(f"{name}-policy", role=role.id, policy=args.policy, opts=child)
        function = aws.lambda_.Function(
            f"{name}-function",
            name=physical,
            role=role.arn,
            runtime="python3.13",
            handler=args.operation.handler,
            code=args.package,
            architectures=[args.settings.architecture],
            memory_size=args.settings.memory_size,
            timeout=args.settings.function_timeout,
            environment={"variables": args.environment},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log_group, log_policy, policy]),
        )
        self.name, self.invoke_arn = function.name, function.invoke_arn
        self.register_outputs({"name": self.name, "invoke_arn": self.invoke_arn})


def _function_args(operation: Operation, args: FunctionsArgs) -> FunctionArgs:
    grants = []
    table = args.backend.table.arn
    if operation.table_actions:
        grants.append((operation.table_actions, table))
    if operation.index_actions:
        index = pulumi.Output.concat(table, f"/index/{schema.FEED_INDEX}")
        grants.append((operation.index_actions, index))
    return FunctionArgs(
        settings=args.settings,
        operation=operation,
        package=args.package,
        environment={
            **args.backend.environment(),
            "POWERTOOLS_SERVICE_NAME": "functions",
            "POWERTOOLS_METRICS_NAMESPACE": args.settings.prefix,
        },
        policy=allow(*grants),
    )


def _streams(log_group: aws.cloudwatch.LogGroup) -> pulumi.Output[str]:
    return pulumi.Output.concat(log_group.arn, ":*")


def _slug(route: str) -> str:
    """Make a logical name of a route key: `GET /blog/{id}` becomes `get-blog-id`."""
    return "-".join("".join(c if c.isalnum() else " " for c in route).split()).lower()
