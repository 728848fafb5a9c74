"""What settings of the program declare and this machine does not run, with the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from localcloud.engine.provider import Outcome, Properties, SettingRefused

HTTPS: Final = (
    "HTTPS does not run here: leave certificateArn, domainName and hostedZoneId out, "
    "and the load balancer answers plain HTTP on this machine"
)
_IMAGE: Final = (
    "dockerImage must be local here, with awsEndpoint and bytecode as in Pulumi.local.yaml: "
    "no image is pushed to a registry (--containers image builds one on this machine)"
)
REFUSED: Final[Mapping[str, str]] = {
    "aws:ecr/repository:Repository": _IMAGE,
    "aws:route53/record:Record": HTTPS,
}


class Refused:
    """A resource that one setting too many declares."""

    def __init__(self, kind: str) -> None:
        self._sentence = REFUSED[kind]

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        raise SettingRefused(self._sentence)

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        raise SettingRefused(self._sentence)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        """Nothing was made."""
