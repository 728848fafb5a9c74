"""What an engine has made and forgotten, because it was killed, is in nobody's way."""

import asyncio

import pytest

from localcloud.engine.provider import Outcome
from localcloud.provider.deployed import Deployed


class Recorder:
    """A provider in which tables hold data."""

    def __init__(self):
        self.deleted = []

    async def create(self, urn, kind, name, inputs):
        return Outcome(f"{name}-id", dict(inputs))

    async def delete(self, urn, kind, old, inputs):
        self.deleted.append(old.id)

    def is_kept(self, kind):
        return kind == "Table"


@pytest.mark.parametrize(("kind", "deleted"), [("Table", []), ("Service", ["one-id"])])
def test_it_goes_before_another_is_made_unless_it_holds_data(tmp_path, kind, deleted):
    provider = Recorder()
    deployed = Deployed(provider, tmp_path / "deployed.json")
    for _ in range(2):
        asyncio.run(deployed.create("urn", kind, "one", {}))

    assert provider.deleted == deleted
