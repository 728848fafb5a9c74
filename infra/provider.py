"""The AWS provider of all resources, with explicit settings."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws

from infra.settings import Settings

# Every service that the program uses, by the provider's name of its endpoint.
_SERVICES: Final = (
    *(
        "acm",
        "apigatewayv2",
        "applicationautoscaling",
        "budgets",
        "cloudwatch",
        "dynamodb",
        "ec2",
        "ecr",
    ),
    *("ecs", "elbv2", "iam", "lambda_", "logs", "route53", "s3", "sns", "sts"),
)
_CONNECT_TIMEOUT_S: Final = 2


def check_endpoint(settings: Settings) -> None:
    """Stop with one line if nothing listens on the setting awsEndpoint."""
    endpoint = settings.aws.endpoint
    if not endpoint:
        return
    parts = urlsplit(endpoint)
    try:
        socket.create_connection((parts.hostname, parts.port or 80), _CONNECT_TIMEOUT_S).close()
    except OSError as error:
        raise pulumi.RunError(
            f"nothing listens on awsEndpoint ({endpoint}). Start the local cloud:"
            " python -m localcloud --engine pulumi"
        ) from error


def aws_provider(settings: Settings) -> aws.Provider:
    """Return the provider with the default tags.

    With an endpoint, it has fake keys and none of the options that choose an account.
    """
    tags: aws.ProviderDefaultTagsArgsDict = {"tags": settings.tags}
    if not settings.aws.endpoint:
        return aws.Provider(
            "aws", region=settings.aws.region, default_tags=tags, **settings.aws.options
        )
    return aws.Provider(
        "aws",
        region=settings.aws.region or "eu-west-1",
        default_tags=tags,
        access_key="local",
        secret_key="local",  # noqa: S106  # not a real key
        endpoints=[aws.ProviderEndpointArgs(**dict.fromkeys(_SERVICES, settings.aws.endpoint))],
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_region_validation=True,
        skip_requesting_account_id=True,
    )
