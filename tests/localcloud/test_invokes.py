"""Provider functions return what AWS's provider would."""

import pytest

from localcloud.engine.provider import ProviderError
from localcloud.provider.invokes import invoke

ZONES = "aws:index/getAvailabilityZones:getAvailabilityZones"


def test_there_are_three_zones():
    assert invoke(ZONES, {})["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_zones_excluded_by_their_ids_are_left_out():
    found = invoke(ZONES, {"excludeZoneIds": ["euw1-az2", "use1-az3"]})

    assert found["names"] == ["eu-west-1a", "eu-west-1c"]
    assert found["zoneIds"] == ["euw1-az1", "euw1-az3"]


def test_an_unknown_function_is_rejected():
    with pytest.raises(ProviderError, match="does not support this function"):
        invoke("aws:s3/getBucket:getBucket", {})
