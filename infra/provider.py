"""The AWS provider that every resource goes through, so that nothing depends on chance."""

from __future__ import annotations

import socket
from typing import Final
from urllib.parse import urlsplit

import pulumi
import pulumi_aws as aws

from infra.settings import Settings

# Every service that the program uses, by the provider's name of its endpoint.
_SERVICES: Final = (
    *("acm", "apigatewayv2", "applicationautoscaling", "cloudwatch", "dynamodb", "ec2", "ecr"),
    *("ecs", "elbv2", "iam", "lambda_", "logs", "route53", "sns", "sts"),
)
_PATIENCE_S: Final = 2


def check_endpoint(settings: Settings) -> None:
    """End the program with one line when AWS is to be stood in for and nothing does."""
    endpoint = settings.aws.endpoint
    if not endpoint:
        return
    parts = urlsplit(endpoint)
    try:
        socket.create_connection((parts.hostname, parts.port or 80), _PATIENCE_S).close()
    except OSError as error:
        raise pulumi.RunError(
            f"awsEndpoint is {endpoint}, and nothing answers there: start the local cloud with "
            "python -m localcloud --engine pulumi"
        ) from error


def aws_provider(settings: Settings) -> aws.Provider:
    """Tag everything alike; with an endpoint, use made-up keys and that endpoint alone."""
    tags: aws.ProviderDefaultTagsArgsDict = {"tags": settings.tags}
    if not settings.aws.endpoint:
        return aws.Provider(
            "aws", region=settings.aws.region, profile=settings.aws.profile, default_tags=tags
        )
    return aws.Provider(
        "aws",
        region=settings.aws.region or "eu-west-1",
        default_tags=tags,
        access_key="local",
        secret_key="local",  # noqa: S106  # made up: it opens nothing
        endpoints=[aws.ProviderEndpointArgs(**dict.fromkeys(_SERVICES, settings.aws.endpoint))],
        skip_credentials_validation=True,
        skip_metadata_api_check=True,
        skip_region_validation=True,
        skip_requesting_account_id=True,
    )
