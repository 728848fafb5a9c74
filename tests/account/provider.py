"""A provider that creates the declared resources in an emulated account through boto3."""

import asyncio
import secrets

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from localcloud.engine.provider import Outcome, ProviderError
from tests.account.account import ACCOUNT_ID, REGION, Account, Result
from tests.account.handlers import (
    apigateway,
    budgets,
    cloudwatch,
    dynamodb,
    ec2,
    ecs,
    elb,
    iam,
    lambda_,
    other,
    s3,
)
from tests.account.inputs import Inputs

HANDLERS = {
    **apigateway.HANDLERS,
    **budgets.HANDLERS,
    **cloudwatch.HANDLERS,
    **dynamodb.HANDLERS,
    **ec2.HANDLERS,
    **ecs.HANDLERS,
    **elb.HANDLERS,
    **iam.HANDLERS,
    **lambda_.HANDLERS,
    **other.HANDLERS,
    **s3.HANDLERS,
}

# Inputs that are not sent to the account, each with the reason.
UNSENT = {
    "aws:ecr/repository:Repository": {"forceDelete": "used by the deletion only"},
    "aws:ecs/service:Service": {"waitForSteadyState": "the provider waits; it is not sent to AWS"},
}
_RANDOM_DIGITS = 7


class MotoProvider:
    """The provider of one stack, for the account that moto serves at *endpoint*."""

    def __init__(self, endpoint, credentials=None):
        self.account = Account(endpoint, credentials)

    async def create(self, urn, type_, name, inputs):
        made = await _translate(type_, inputs, "create", (self.account, _made_up(type_, name)))
        return _outcome(made, inputs)

    async def update(self, urn, type_, old, olds, news):
        subject = (self.account, old.id)
        made = await _translate(type_, news, "update", subject, dict(old.outputs))
        if not isinstance(made, Result):
            kept = {"result": old.outputs["result"]} if old.secrets else {}
            made = Result(old.id, {**kept, **made}, old.secrets)
        return _outcome(made, news)

    async def delete(self, urn, type_, old, inputs):
        await _asked(_handler(type_).delete, self.account, old.id, dict(old.outputs))

    async def read(self, urn, type_, old):
        """Return *old*, or None if the resource is not in the account."""
        is_there = await _asked(_handler(type_).exists, self.account, old.id, dict(old.outputs))
        return old if is_there else None

    def is_retained(self, type_):
        return False

    async def invoke(self, token, arguments):
        return await asyncio.to_thread(self._answer, token, arguments)

    def _answer(self, token, arguments):
        match token.rpartition(":")[2]:
            case "getRegion":
                return {"id": REGION, "name": REGION, "region": REGION}
            case "getPartition":
                return {"id": "aws", "partition": "aws"}
            case "getAvailabilityZones":
                return self._zones(**arguments)
            case "getAuthorizationToken":
                assert arguments["registryId"] == ACCOUNT_ID
                return {"userName": "AWS", "password": "a registry's password"}
            case _:
                raise ProviderError(f"{token} is not supported by the emulated account")

    def _zones(self, state, filters, excludeZoneIds):  # noqa: N803  # the provider's names
        """Return the zones; like the provider, exclude some after the request."""
        asked = [{"Name": "state", "Values": [state]}]
        asked += [{"Name": one["name"], "Values": one["values"]} for one in filters]
        zones = self.account.client("ec2").describe_availability_zones(Filters=asked)
        kept = [one for one in zones["AvailabilityZones"] if one["ZoneId"] not in excludeZoneIds]
        return {
            "id": REGION,
            "names": [one["ZoneName"] for one in kept],
            "zoneIds": [one["ZoneId"] for one in kept],
        }


def _handler(type_):
    if type_ not in HANDLERS:
        raise ProviderError(f"{type_} has no handler in tests/account/handlers")
    return HANDLERS[type_]


def _made_up(type_, name):
    """Return a name as Pulumi generates it, with the same error if it is too long."""
    limit = _handler(type_).name_limit
    if len(name) + 1 + _RANDOM_DIGITS > limit:
        raise ProviderError(
            f"name '{name}-' plus {_RANDOM_DIGITS} random chars is longer than "
            f"maximum length {limit}"
        )
    return f"{name}-{secrets.token_hex(_RANDOM_DIGITS)[:_RANDOM_DIGITS]}"


async def _translate(type_, inputs, method, subject, *outputs):
    given = Inputs(inputs)
    made = await _asked(getattr(_handler(type_), method), *subject, given, *outputs)
    ignored = [path for path in given.unread() if path not in UNSENT.get(type_, ())]
    if ignored:
        raise ProviderError(f"the handler ignores {', '.join(ignored)}")
    return made


async def _asked(method, *arguments):
    try:
        return await asyncio.to_thread(method, *arguments)
    except (ParamValidationError, ClientError, BotoCoreError) as error:
        raise ProviderError(str(error)) from error


def _outcome(made, inputs):
    return Outcome(made.id, {**inputs, **made.outputs}, made.secrets)
