"""A provider that makes what the program declares in an emulated account, through boto3."""

import asyncio
import secrets

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from localcloud.engine.provider import Outcome, ProviderError
from tests.account.account import ACCOUNT_ID, REGION, Account, Made
from tests.account.inputs import Inputs
from tests.account.kinds import (
    api,
    balancer,
    containers,
    elsewhere,
    functions,
    identity,
    network,
    table,
    watching,
)

KINDS = {
    **api.KINDS,
    **balancer.KINDS,
    **containers.KINDS,
    **elsewhere.KINDS,
    **functions.KINDS,
    **identity.KINDS,
    **network.KINDS,
    **table.KINDS,
    **watching.KINDS,
}

# What is declared and reaches nobody in the account, with the reason.
UNSENT = {
    "aws:ecr/repository:Repository": {"forceDelete": "only the deletion asks for it"},
    "aws:ecs/service:Service": {"waitForSteadyState": "the provider waits, AWS is told nothing"},
}
_RANDOM_DIGITS = 7


class MotoProvider:
    """One stack's provider on the account that moto serves at *endpoint*."""

    def __init__(self, endpoint):
        self.account = Account(endpoint)

    async def create(self, urn, kind, name, inputs):
        made = await _translate(kind, inputs, "create", (self.account, _made_up(kind, name)))
        return _outcome(made, inputs)

    async def update(self, urn, kind, old, olds, news):
        subject = (self.account, old.id)
        made = await _translate(kind, news, "update", subject, dict(old.outputs))
        if not isinstance(made, Made):
            kept = {"result": old.outputs["result"]} if old.secrets else {}
            made = Made(old.id, {**kept, **made}, old.secrets)
        return _outcome(made, news)

    async def delete(self, urn, kind, old, inputs):
        await _asked(_kind(kind).delete, self.account, old.id, dict(old.outputs))

    async def read(self, urn, kind, old):
        """Give the resource as it was last known, or None when the account has it no more."""
        is_there = await _asked(_kind(kind).exists, self.account, old.id, dict(old.outputs))
        return old if is_there else None

    def is_retained(self, kind):
        return False

    async def invoke(self, token, arguments):
        return await asyncio.to_thread(self._answer, token, arguments)

    def _answer(self, token, arguments):
        match token.rpartition(":")[2]:
            case "getRegion":
                return {"id": REGION, "name": REGION, "region": REGION}
            case "getAvailabilityZones":
                return self._zones(**arguments)
            case "getAuthorizationToken":
                assert arguments["registryId"] == ACCOUNT_ID
                return {"userName": "AWS", "password": "a registry's password"}
            case _:
                raise ProviderError(f"{token} has no answer in the emulated account")

    def _zones(self, state, filters, excludeZoneIds):  # noqa: N803  # the provider's names
        """Ask for the zones, and leave some out afterwards, as the provider does."""
        asked = [{"Name": "state", "Values": [state]}]
        asked += [{"Name": one["name"], "Values": one["values"]} for one in filters]
        zones = self.account.client("ec2").describe_availability_zones(Filters=asked)
        kept = [one for one in zones["AvailabilityZones"] if one["ZoneId"] not in excludeZoneIds]
        return {
            "id": REGION,
            "names": [one["ZoneName"] for one in kept],
            "zoneIds": [one["ZoneId"] for one in kept],
        }


def _kind(kind):
    if kind not in KINDS:
        raise ProviderError(f"{kind} has no translation in tests/account/kinds")
    return KINDS[kind]


def _made_up(kind, name):
    """Give a name as Pulumi does where none is declared; it ends a deployment like this, too."""
    limit = _kind(kind).name_limit
    if len(name) + 1 + _RANDOM_DIGITS > limit:
        raise ProviderError(
            f"name '{name}-' plus {_RANDOM_DIGITS} random chars is longer than "
            f"maximum length {limit}"
        )
    return f"{name}-{secrets.token_hex(_RANDOM_DIGITS)[:_RANDOM_DIGITS]}"


async def _translate(kind, inputs, method, subject, *outputs):
    given = Inputs(inputs)
    made = await _asked(getattr(_kind(kind), method), *subject, given, *outputs)
    ignored = [path for path in given.unread() if path not in UNSENT.get(kind, ())]
    if ignored:
        raise ProviderError(f"the translation ignores {', '.join(ignored)}")
    return made


async def _asked(method, *arguments):
    try:
        return await asyncio.to_thread(method, *arguments)
    except (ParamValidationError, ClientError, BotoCoreError) as error:
        raise ProviderError(str(error)) from error


def _outcome(made, inputs):
    return Outcome(made.id, {**inputs, **made.outputs}, made.secrets)
