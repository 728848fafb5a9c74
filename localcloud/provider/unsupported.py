"""Resources of settings that the local cloud does not support, and what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localcloud.engine.provider import Outcome, Properties, UnsupportedSetting
from localcloud.provider.base import ResourceHandler

HTTPS: Final = (
    "HTTPS is not supported by the local cloud. Leave out certificateArn, domainName and "
    "hostedZoneId: the load balancer serves plain HTTP on this machine."
)
_IMAGE: Final = (
    "dockerImage must be local for the local cloud, with awsEndpoint and bytecode as in "
    "Pulumi.local.yaml. No image is pushed to a registry; --containers image builds one on this "
    "machine."
)
_BUCKET: Final = (
    "balancerLogs is not supported by the local cloud, which has no S3. Leave it out: the logs of "
    "the tasks have every request."
)
UNSUPPORTED: Final[Mapping[str, str]] = {
    "aws:ecr/repository:Repository": _IMAGE,
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:route53/record:Record": HTTPS,
}


class UnsupportedHandler(ResourceHandler):
    """Rejects a resource and names the setting that declares it."""

    def __init__(self, type_: str) -> None:
        self._message = UNSUPPORTED[type_]

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        raise UnsupportedSetting(self._message)


def handlers() -> dict[str, ResourceHandler]:
    """Return a handler for each type that is not supported."""
    return {type_: UnsupportedHandler(type_) for type_ in UNSUPPORTED}
