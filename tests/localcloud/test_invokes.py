"""What a program may ask about its account is answered as AWS's provider would."""

import pytest

from localcloud.engine.provider import ProviderError
from localcloud.provider.invokes import answer

ZONES = "aws:index/getAvailabilityZones:getAvailabilityZones"


def test_there_are_three_zones():
    assert answer(ZONES, {})["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_zones_excluded_by_their_ids_are_left_out():
    found = answer(ZONES, {"excludeZoneIds": ["euw1-az2", "use1-az3"]})

    assert found["names"] == ["eu-west-1a", "eu-west-1c"]
    assert found["zoneIds"] == ["euw1-az1", "euw1-az3"]


def test_a_function_that_is_not_known_is_refused():
    with pytest.raises(ProviderError, match="no answer to this function"):
        answer("aws:s3/getBucket:getBucket", {})
