"""The price file, and the tiers of a price."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.cost import prices
from lab.cost.errors import CostError, PriceMissing
from tests.lab.cost.build import US_EAST_1

ROWS = prices.read_rows(prices.PACKAGED)
REGIONS = ["us-east-1", "us-west-1", "eu-west-1", "eu-central-1", "ap-southeast-1"]
GB_SECONDS = US_EAST_1["lambda-duration-x86_64"]


def test_the_packaged_file_has_five_regions():
    assert prices.regions() == REGIONS
    assert {prices.load(region).region for region in REGIONS} == set(REGIONS)


@pytest.mark.parametrize(
    ("item", "quantity", "usd"),
    [
        ("lambda-duration-x86_64", "6.1e9", "101500.20"),
        ("lambda-duration-x86_64", "7e9", "115000.20"),
        ("lambda-duration-arm64", "7.5e9", "100000.50"),
        ("lambda-duration-arm64", "8e9", "106000.55"),
        ("http-api-requests", "4e8", "390"),
        ("logs-lambda", "10240", "5120"),
        ("logs-lambda", "60000", "12728"),
    ],
)
def test_each_tier_charges_its_part(item, quantity, usd):
    assert US_EAST_1[item].cost(Decimal(quantity)) == Decimal(usd)


@given(st.sampled_from(sorted(US_EAST_1.by_item)), st.integers(1, 3))
def test_a_cost_is_continuous_where_a_tier_starts(item, number):
    price = US_EAST_1[item]
    if number < len(price.tiers) and price.tiers[number].price is not None:
        start = price.tiers[number].start
        before, after = (price.cost(start + step) for step in (-1, 1))

        assert price.cost(start) - before == price.tiers[number - 1].price
        assert after - price.cost(start) == price.tiers[number].price


def test_a_missing_price_stops_the_region_with_its_name():
    singapore = prices.load("ap-southeast-1")

    with pytest.raises(PriceMissing, match=r"The price of table-writes in ap-southeast-1.*refresh"):
        singapore["table-writes"]
    with pytest.raises(PriceMissing, match="http-api-requests in ap-southeast-1 above 300,000,000"):
        singapore["http-api-requests"].cost(Decimal(300_000_001))


def test_a_region_without_prices_is_refused_with_those_that_have_them():
    with pytest.raises(CostError, match="Use one of us-east-1, us-west-1"):
        prices.load("mars-north-1")


def test_only_the_tiers_in_use_count_as_not_verified():
    data_out = prices.load("eu-west-1")["data-out"]

    assert data_out.is_verified(Decimal(10_240))
    assert not data_out.is_verified(Decimal(10_241))
    assert not prices.load("eu-central-1")["http-api-requests"].is_verified(Decimal(0))


def test_every_known_price_has_a_date_and_a_source():
    assert [row for row in ROWS if row["price"] and not (row["date"] and row["source"])] == []
    assert [row for row in ROWS if row["verified"] and row["price"] is None] == []


def test_a_refreshed_file_replaces_the_regions_that_it_has(tmp_path):
    file = tmp_path / "prices.json"
    row = {**ROWS[0], "price": "0.5"}
    file.write_text(json.dumps({"currency": "USD", "rows": [row]}))

    east, west = prices.load("us-east-1", file), prices.load("us-west-1", file)

    assert (east.file, east["lambda-duration-arm64"].tiers[0].price) == (file, Decimal("0.5"))
    assert west.file == prices.PACKAGED
    assert prices.load("us-east-1", tmp_path / "none.json").file == prices.PACKAGED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"price": 0.5}, "not a decimal string"),
        ({"price": "-1"}, "not a decimal string"),
        ({"price": "Infinity"}, "not a decimal string"),
        ({"price": "x"}, "is not valid"),
        ({"from": "1"}, "do not start at 0"),
        ({"source": None}, "without a date and a source"),
        ({"more": 1}, "other keys"),
        ({"verified": "false"}, "'false' as verified, which is not true or false"),
        ({"date": 2026}, "a text of another type"),
        ({"unit": None}, "a text of another type"),
    ],
)
def test_a_damaged_price_file_is_refused(tmp_path, changes, words):
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"rows": [{**ROWS[0], **changes}]}))

    with pytest.raises(CostError, match=words):
        prices.load("us-east-1", file)


def test_a_damaged_file_has_no_regions(tmp_path):
    file = tmp_path / "prices.json"
    file.write_text("{")

    assert prices.regions(file) == REGIONS


@pytest.mark.parametrize("text", ["", "[]", '{"rows": 1}', '{"rows": [1]}'])
def test_a_file_that_is_not_a_price_file_is_refused(tmp_path, text):
    file = tmp_path / "prices.json"
    file.write_text(text)

    with pytest.raises(CostError, match="is not valid"):
        prices.load("us-east-1", file)
