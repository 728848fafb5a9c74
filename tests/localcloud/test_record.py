"""What a killed engine has created and not recorded does not block the next deployment."""

import asyncio

import pytest

from localcloud.engine.provider import Outcome, ProviderError
from localcloud.provider.record import RecordingProvider


class Recorder:
    """A provider in which tables hold data."""

    def __init__(self):
        self.deleted = []

    async def create(self, urn, type_, name, inputs):
        return Outcome(f"{name}-id", dict(inputs))

    async def delete(self, urn, type_, old, inputs):
        self.deleted.append(old.id)

    def is_retained(self, type_):
        return type_ == "Table"


@pytest.mark.parametrize(
    ("type_", "deleted"),
    [
        ("Table", []),
        ("Service", ["one-id"]),
        ("aws:ecs/taskDefinition:TaskDefinition", []),  # the service may still run it
    ],
)
def test_an_unrecorded_resource_is_deleted_unless_it_holds_data(tmp_path, type_, deleted):
    provider = Recorder()
    recording = RecordingProvider(provider, tmp_path / "deployed.json")
    for _ in range(2):
        asyncio.run(recording.create("urn", type_, "one", {}))

    assert provider.deleted == deleted


def test_the_alias_of_a_renamed_function_stays_until_its_replacement_exists(tmp_path):
    provider = Recorder()
    recording = RecordingProvider(provider, tmp_path / "deployed.json")
    for function in ("before", "after"):
        inputs = {"name": "live", "functionName": function}
        asyncio.run(recording.create("urn", "aws:lambda/alias:Alias", "one", inputs))

    assert provider.deleted == []


def test_a_second_stack_is_refused_until_the_first_is_destroyed(tmp_path):
    recording = RecordingProvider(Recorder(), tmp_path / "deployed.json")
    first, second = "urn:pulumi:local::blog::Service::one", "urn:pulumi:other::blog::Service::one"
    recording.check_stack(second)
    outcome = asyncio.run(recording.create(first, "Service", "one", {}))
    recording.check_stack(first)

    with pytest.raises(ProviderError, match=r"runs the stack local\. For other, set awsEndpoint"):
        recording.check_stack(second)

    asyncio.run(recording.delete(first, "Service", outcome, {}))
    recording.check_stack(second)
