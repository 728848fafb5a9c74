"""New prices from the price list, or the old ones when anything is wrong."""

import json
import resource
from decimal import Decimal

import pytest

from lab.cost import prices
from lab.cost.errors import RefreshError
from lab.cost.offers import OFFERS, parse
from lab.cost.refresh import refresh
from tests.lab.cost.offer_files import PUBLISHED, add, offer_files, price_server

REGION = "us-west-1"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def refreshed(files, file, **options):
    with price_server(files, **options) as (url, _):
        return refresh(REGION, file, base_url=url)


def test_the_prices_of_the_list_replace_the_old_ones(tmp_path):
    files, file = offer_files(), tmp_path / "new" / "prices.json"
    add(
        files["AmazonApiGateway"],
        "SKU0000000000013",
        "USW1-ApiGatewayHttpRequest",
        [("0", "0.0000011700"), ("300000000", "0.0000010500")],
        regionCode=REGION,
    )
    files["AmazonApiGateway"]["products"] = {
        sku: product
        for sku, product in files["AmazonApiGateway"]["products"].items()
        if sku == "SKU0000000000013"
    }

    result = refreshed(files, file)

    now = prices.load(REGION, file)
    gateway = now["http-api-requests"]
    assert gateway.cost(Decimal(400_000_000)) == Decimal(300) * Decimal("1.17") + 105
    assert [tier.verified for tier in gateway.tiers] == [True, True]
    assert gateway.tiers[0].sku == "SKU0000000000013"
    assert now.file == file
    assert result.published == PUBLISHED[:10] == gateway.tiers[0].date
    changes = {(one.item, one.start): (one.old, one.new) for one in result.changes}
    assert changes["http-api-requests", "300000000"] == (None, "0.0000010500")
    assert ("http-api-requests", "0") not in changes  # 0.00000117 is the same price
    assert ("table-writes", "0") not in changes


def test_items_outside_the_list_and_other_regions_keep_their_prices(tmp_path):
    file = tmp_path / "prices.json"
    refreshed(offer_files(), file)

    assert prices.load(REGION, file)["dashboards"].cost(Decimal(1)) == 3
    assert prices.load("us-east-1", file) == prices.load("us-east-1")


def test_every_refreshed_region_remains(tmp_path):
    file = tmp_path / "prices.json"
    refreshed(offer_files(), file)
    with price_server(offer_files("us-east-1")) as (url, _):
        refresh("us-east-1", file, base_url=url)

    assert {prices.load(region, file).file for region in (REGION, "us-east-1")} == {file}


def test_a_second_refresh_changes_nothing(tmp_path):
    file = tmp_path / "prices.json"
    refreshed(offer_files(), file)
    before = file.read_text()

    assert refreshed(offer_files(), file).changes == []
    assert file.read_text() == before


def test_free_tiers_and_other_products_are_ignored(tmp_path):
    files, file = offer_files(), tmp_path / "prices.json"
    lambda_, table, tasks = (files[code] for code in ("AWSLambda", "AmazonDynamoDB", "AmazonECS"))
    add(lambda_, "FREE1", "Global-Request", [("0", "0")], regionCode="")
    add(lambda_, "FREE2", "USW1-Request", [("0", "0.0000000000")], regionCode=REGION)
    add(tasks, "WIN", "USW1-Fargate-Windows-vCPU-Hours:perCPU", [("0", "9")], regionCode=REGION)
    add(tasks, "SPOT", "USW1-SpotUsage-Fargate-vCPU-Hours:perCPU", [("0", "9")], regionCode=REGION)
    add(
        files["AWSELB"],
        "CLB",
        "USW1-LoadBalancerUsage",
        [("0", "9")],
        regionCode=REGION,
        operation="LoadBalancing",
    )
    add(
        files["AWSELB"],
        "OUTPOSTS",
        "USW1-Outposts-LCUUsage",
        [("0", "0.001")],
        regionCode=REGION,
        operation="LoadBalancing:Application",
    )
    add(
        files["AmazonCloudWatch"],
        "OTHER",
        "USW1-DataProcessing-Bytes",
        [("0", "9")],
        regionCode=REGION,
        operation="Other",
    )
    add(lambda_, "EAST", "Request", [("0", "9")], regionCode="us-east-1")
    for sku, product in table["products"].items():
        if product["attributes"]["usagetype"] == "USW1-TimedStorage-ByteHrs":
            add(
                table,
                sku,
                "USW1-TimedStorage-ByteHrs",
                [("0", "0.0000000000"), ("25", "0.28")],
                regionCode=REGION,
            )

    refreshed(files, file)

    now = prices.load(REGION, file)
    assert now["lambda-requests"].cost(Decimal(1_000_000)) == Decimal("0.20")
    assert now["table-storage"].cost(Decimal(2)) == Decimal("0.56")  # the free 25 GB are an option


def test_two_products_with_the_same_price_are_one(tmp_path):
    files, file = offer_files(), tmp_path / "prices.json"
    add(files["AmazonECR"], "TWIN", "USW1-TimedStorage-ByteHrs", [("0", "0.10")], regionCode=REGION)

    assert refreshed(files, file).prices


def _two_prices(files):
    add(files["AmazonECR"], "TWIN", "USW1-TimedStorage-ByteHrs", [("0", "0.11")], regionCode=REGION)


def _no_region(files):
    for product in files["AmazonVPC"]["products"].values():
        product["attributes"]["regionCode"] = "us-west-2"


def _only_zero(files):
    for term in files["AmazonVPC"]["terms"]["OnDemand"].values():
        for one in term.values():
            for dimension in one["priceDimensions"].values():
                dimension["pricePerUnit"] = {"USD": "0"}


def _other_currency(files):
    for term in files["AmazonVPC"]["terms"]["OnDemand"].values():
        for one in term.values():
            for dimension in one["priceDimensions"].values():
                dimension["pricePerUnit"] = {"CNY": "1"}


def _same_tier_twice(files):
    add(
        files["AmazonECR"],
        "TWICE",
        "USW1-TimedStorage-ByteHrs",
        [("0", "1"), ("0", "2")],
        regionCode=REGION,
    )


def _other_service(files):
    files["AmazonVPC"] = files["AmazonECR"]


def _no_terms(files):
    del files["AmazonVPC"]["terms"]


def _no_file(files):
    del files["AmazonVPC"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_two_prices, "different prices of image-storage in us-west-1: 0.10 and 0.11"),
        (_no_region, "The price list of us-west-1 has no price of public-ipv4"),
        (_only_zero, "no price of public-ipv4"),
        (_other_currency, "price list of public-ipv4 .* is not valid: KeyError"),
        (_same_tier_twice, "two prices for the same quantity"),
        (_other_service, "The price list of AmazonVPC is that of AmazonECR"),
        (_no_terms, "The price list of AmazonVPC is incomplete or not valid"),
        (_no_file, "AmazonVPC/current/us-west-1/index.json responded with status 404"),
    ],
)
def test_a_list_that_is_not_clear_is_refused_and_the_old_prices_remain(tmp_path, damage, words):
    file = tmp_path / "prices.json"
    refreshed(offer_files(), file)
    before = file.read_text()
    files = offer_files()
    damage(files)

    with pytest.raises(RefreshError, match=words + r".* The prices did not change\.$"):
        refreshed(files, file)

    assert file.read_text() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_truncated_file_is_refused(tmp_path):
    file = tmp_path / "prices.json"

    with pytest.raises(RefreshError, match=r"The connection ended in the middle of .*AWSELB"):
        refreshed(offer_files(), file, truncate="AWSELB")
    with pytest.raises(RefreshError, match="incomplete or not valid"):
        parse("AWSELB", json.dumps(offer_files()["AWSELB"]).encode()[:-100])

    assert not file.exists()


def test_without_a_network_the_old_prices_remain(tmp_path):
    with price_server({}) as (url, _):
        pass

    with pytest.raises(RefreshError, match=r"Cannot read http.*refused.*set HTTPS_PROXY"):
        refresh(REGION, tmp_path / "prices.json", base_url=url)


def test_the_price_list_is_read_through_the_proxy_of_the_environment(tmp_path, monkeypatch):
    with price_server(offer_files()) as (url, requested):
        monkeypatch.setenv("http_proxy", url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)

        refresh(REGION, tmp_path / "prices.json", base_url="http://prices.test")

    assert requested == [
        f"http://prices.test/offers/v1.0/aws/{code}/current/us-west-1/index.json" for code in OFFERS
    ]


def test_a_region_with_an_unknown_prefix_is_refused(tmp_path):
    with pytest.raises(RefreshError, match="Use one of us-east-1"):
        refresh("eu-north-1", tmp_path / "prices.json")


def test_a_damaged_file_is_replaced(tmp_path):
    file = tmp_path / "prices.json"
    file.write_text("{")

    refreshed(offer_files(), file)

    assert prices.load(REGION, file).file == file


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(RefreshError, match=r"Cannot write .*prices.json"):
        refreshed(offer_files(), tmp_path / "file" / "prices.json")


def test_a_full_disk_leaves_no_file(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(RefreshError, match=r"Cannot write .*prices.json: File too large"):
            refreshed(offer_files(), tmp_path / "prices.json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert not list(tmp_path.iterdir())
