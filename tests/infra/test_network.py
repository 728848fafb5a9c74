"""The availability zones of the network can run the tasks, and are chosen once."""

import pytest

from tests.infra.recording import ProgramError, Recorder

ZONES = "aws:index/getAvailabilityZones:getAvailabilityZones"
# Zones by region, and those that run tasks: the source that infra/network.py cites.
WITH_FARGATE = {
    "usw1": {"usw1-az1", "usw1-az3"},
    "cac1": {"cac1-az1", "cac1-az2"},
    "apne1": {"apne1-az1", "apne1-az2", "apne1-az4"},
    "use1": {f"use1-az{number}" for number in (1, 2, 4, 5, 6)},
}


def zones_asked(program):
    (asked,) = [one.arguments for one in program.invokes if one.token == ZONES]
    return asked


def test_requested_zones_need_no_opt_in_and_run_fargate(variant):
    assert zones_asked(variant) == {
        "state": "available",
        "filters": [{"name": "opt-in-status", "values": ["opt-in-not-required"]}],
        "excludeZoneIds": ["usw1-az2", "apne1-az3", "cac1-az3", "cac1-az4", "use1-az3"],
    }


def test_only_zones_without_fargate_are_excluded(deployed):
    excluded = set(zones_asked(deployed)["excludeZoneIds"])

    for region, zones in WITH_FARGATE.items():
        assert not excluded & zones, region
        assert len(zones) >= 2
        assert [zone for zone in excluded if zone.startswith(f"{region}-")]


def test_subnets_are_in_the_first_zones_returned(variant):
    subnets = variant.of("aws:ec2/subnet:Subnet")

    assert {name: one["availabilityZone"] for name, one in subnets.items()} == {
        "network-public-0": "eu-west-1a",
        "network-public-1": "eu-west-1b",
    }


class Region(Recorder):
    """An account with these availability zones."""

    def __init__(self, *zones):
        super().__init__()
        self.zones = zones
        self.updated = []

    async def invoke(self, token, arguments):
        if token == ZONES:
            return {"id": "eu-west-1", "names": list(self.zones)}
        return await super().invoke(token, arguments)

    async def update(self, urn, type_, old, olds, news):
        self.updated.append(urn)
        return old


def test_existing_subnets_keep_their_zones(stacks):
    region, known = Region("eu-west-1a", "eu-west-1b"), {}
    stacks("local").deploy(region, known)
    region.zones = ("eu-west-1b", "eu-west-1c")
    stacks("local").deploy(region, known)

    assert not [urn for urn in region.updated if urn.endswith(("-0", "-1"))]


@pytest.mark.parametrize("zones", [(), ("eu-west-1a",)])
def test_region_with_too_few_zones_fails_with_one_line(stacks, zones):
    with pytest.raises(ProgramError) as failure:
        stacks("local").deploy(Region(*zones), {})

    assert f"region eu-west-1 has {len(zones)} availability zones" in str(failure.value)
    assert "\n" not in str(failure.value)
