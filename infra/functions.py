"""The functions backend: an HTTP API in front of one function per operation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from blog import schema
from infra.backend import BackendSettings, table_key_grants
from infra.dashboard import FUNCTIONS
from infra.function import Function, FunctionArgs
from infra.policies import Grant
from infra.settings import Settings

_READ: Final = ("dynamodb:GetItem",)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One function: its handler, its routes, and its permissions on the table and the feed."""

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

# One JSON object per request
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
    """The inputs of the functions backend."""

    settings: Settings
    backend: BackendSettings
    package: pulumi.Archive


class Functions(pulumi.ComponentResource):
    """The HTTP API, its stage, and the functions behind its routes."""

    url: pulumi.Output[str]
    api_id: pulumi.Output[str]
    names: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: FunctionsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Functions", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        api = self._api(name, args.settings)
        self.api_id = api.id
        self.names = {}
        for operation in OPERATIONS:
            child_name = f"{name}-{operation.function}"
            function = Function(child_name, _function_args(operation, args), self._child)
            self._connect(child_name, api, function, operation.routes)
            self.names[operation.function] = function.name
        self.url = self._stage(name, api, args.settings).invoke_url
        self.register_outputs({"url": self.url, "api_id": self.api_id, "names": self.names})

    def _api(self, name: str, settings: Settings) -> aws.apigatewayv2.Api:
        return aws.apigatewayv2.Api(
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

    def _connect(
        self, name: str, api: aws.apigatewayv2.Api, function: Function, routes: Sequence[str]
    ) -> None:
        permission = self._permission(name, api, function)
        integration = aws.apigatewayv2.Integration(
            f"{name}-integration",
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.invoke_arn,
            payload_format_version="2.0",
            # An update switches between function and alias only when the permission exists.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        for route in routes:
            aws.apigatewayv2.Route(
                f"{name}-{_slug(route)}",
                api_id=api.id,
                route_key=route,
                target=pulumi.Output.concat("integrations/", integration.id),
                opts=self._child,
            )

    def _permission(
        self, name: str, api: aws.apigatewayv2.Api, function: Function
    ) -> aws.lambda_.Permission:
        return aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=function.name,
            qualifier=function.qualifier,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(api.execution_arn, "/*"),
            opts=self._child,
        )

    def _stage(
        self, name: str, api: aws.apigatewayv2.Api, settings: Settings
    ) -> aws.apigatewayv2.Stage:
        log_group = aws.cloudwatch.LogGroup(
            f"{name}-access-log",
            # Log groups with this prefix need no entry in the account's resource policy, which is
            # limited in size.
            name=f"/aws/vendedlogs/apigateway/{settings.prefix}-functions",
            retention_in_days=settings.log_retention_days,
            opts=self._child,
        )
        return aws.apigatewayv2.Stage(
            f"{name}-stage",
            api_id=api.id,
            name=settings.functions.stage_name,
            auto_deploy=True,
            access_log_settings={"destination_arn": log_group.arn, "format": _ACCESS_LOG},
            default_route_settings={
                "detailed_metrics_enabled": settings.functions.route_metrics,
                "throttling_rate_limit": settings.functions.throttling_rate,
                "throttling_burst_limit": settings.functions.throttling_burst,
            },
            opts=self._child,
        )


def _function_args(operation: Operation, args: FunctionsArgs) -> FunctionArgs:
    table = args.backend.table.arn
    grants: list[Grant] = table_key_grants(args.settings)
    if operation.table_actions:
        grants.append((operation.table_actions, table))
    if operation.index_actions:
        index = pulumi.Output.concat(table, f"/index/{schema.FEED_INDEX}")
        grants.append((operation.index_actions, index))
    return FunctionArgs(
        settings=args.settings,
        physical_name=f"{args.settings.prefix}-{operation.function}",
        handler=operation.handler,
        package=args.package,
        environment={
            **args.backend.environment(),
            "POWERTOOLS_SERVICE_NAME": FUNCTIONS,
            "POWERTOOLS_METRICS_NAMESPACE": args.settings.prefix,
            "TRACING": "true" if args.settings.tracing else "false",
        },
        grants=grants,
    )


def _slug(route: str) -> str:
    """Return a logical name for a route key: `GET /blog/{id}` becomes `get-blog-id`."""
    return "-".join("".join(c if c.isalnum() else " " for c in route).split()).lower()
