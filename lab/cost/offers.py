"""The offer files of AWS's public price list, and which of their rows are the prices of the model.

Each file has the prices of one service in one region, and needs no credentials:
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lab.cost.errors import RefreshError
from lab.cost.inputs import Architecture

PREFIXES: Final[Mapping[str, Sequence[str]]] = {
    "us-east-1": ("", "USE1-"),
    "us-west-1": ("USW1-",),
    "eu-west-1": ("EU-",),
    "eu-central-1": ("EUC1-",),
    "ap-southeast-1": ("APS1-",),
}
"""How the usage types of a region begin. APS1 is Singapore; EU is Ireland."""
_BALANCER: Final = "LoadBalancing:Application"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Where the price list has an item: the service, and the usage type without the region."""

    item: str
    unit: str
    offer: str
    usagetype: str
    operation: str | None = None
    optional: bool = False
    """Not every region has it."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A parsed offer file. *published* is its date."""

    code: str
    published: str
    products: Mapping[str, Mapping[str, str]]
    """The attributes of each product, by SKU."""
    terms: Mapping[str, Mapping[str, Any]]


def _wanted() -> Iterator[Wanted]:
    for architecture, suffix, task in (
        (Architecture.ARM64, "-ARM", "ARM-"),
        (Architecture.X86_64, "", ""),
    ):
        for item, usage, optional in (
            ("lambda-duration", "Lambda-GB-Second", False),
            ("lambda-provisioned", "Lambda-Provisioned-Concurrency", True),
            ("lambda-provisioned-duration", "Lambda-Provisioned-GB-Second", True),
            ("lambda-storage", "Lambda-Storage-GB-Second", True),
        ):
            yield Wanted(
                item=f"{item}-{architecture}",
                unit="GB-second",
                offer="AWSLambda",
                usagetype=usage + suffix,
                optional=optional,
            )
        for item, unit, usage in (
            ("fargate-vcpu", "vCPU-hour", "vCPU-Hours:perCPU"),
            ("fargate-memory", "GB-hour", "GB-Hours"),
        ):
            yield Wanted(
                item=f"{item}-{architecture}",
                unit=unit,
                offer="AmazonECS",
                usagetype=f"Fargate-{task}{usage}",
            )


def _row(item: str, unit: str, offer: str, usagetype: str, operation: str | None = None) -> Wanted:
    return Wanted(item=item, unit=unit, offer=offer, usagetype=usagetype, operation=operation)


WANTED: Final = (
    *_wanted(),
    _row("lambda-requests", "request", "AWSLambda", "Request"),
    Wanted(
        item="lambda-snapshot-cached",
        unit="GB-second",
        offer="AWSLambda",
        usagetype="Lambda-SnapStart-Cached-GB-S",
        optional=True,
    ),
    Wanted(
        item="lambda-snapshot-restored",
        unit="GB",
        offer="AWSLambda",
        usagetype="Lambda-SnapStart-Restored-GB",
        optional=True,
    ),
    _row("http-api-requests", "request", "AmazonApiGateway", "ApiGatewayHttpRequest"),
    _row("balancer-hours", "hour", "AWSELB", "LoadBalancerUsage", _BALANCER),
    _row("balancer-lcu", "LCU-hour", "AWSELB", "LCUUsage", _BALANCER),
    _row("public-ipv4", "hour", "AmazonVPC", "PublicIPv4:InUseAddress"),
    _row("table-writes", "write unit", "AmazonDynamoDB", "WriteRequestUnits"),
    _row("table-reads", "read unit", "AmazonDynamoDB", "ReadRequestUnits"),
    _row("table-storage", "GB-month", "AmazonDynamoDB", "TimedStorage-ByteHrs"),
    _row("table-recovery", "GB-month", "AmazonDynamoDB", "TimedPITRStorage-ByteHrs"),
    _row("logs-lambda", "GB", "AmazonCloudWatch", "VendedLog-Bytes"),
    _row("logs", "GB", "AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents"),
    _row("logs-kept", "GB-month", "AmazonCloudWatch", "TimedStorage-ByteHrs"),
    _row("alarm-metrics", "metric-month", "AmazonCloudWatch", "CW:AlarmMonitorUsage"),
    _row("custom-metrics", "metric-month", "AmazonCloudWatch", "CW:MetricMonitorUsage"),
    _row("image-storage", "GB-month", "AmazonECR", "TimedStorage-ByteHrs"),
    _row("data-out", "GB", "AWSDataTransfer", "DataTransfer-Out-Bytes"),
)  # fmt: skip
"""Dashboards (in no region's list) and NAT gateways (in a file of 480 MB) are not in it."""
OFFERS: Final = tuple(dict.fromkeys(wanted.offer for wanted in WANTED))


def parse(code: str, text: bytes) -> Offer:
    """Read an offer file."""
    try:
        document = json.loads(text)
        offer = Offer(
            code=document["offerCode"],
            published=document["publicationDate"][:10],
            products={sku: product["attributes"] for sku, product in document["products"].items()},
            terms=dict(document["terms"]["OnDemand"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RefreshError(
            f"The price list of {code} is incomplete or not valid: {error}."
        ) from error
    if offer.code != code:
        raise RefreshError(f"The price list of {code} is that of {offer.code}.")
    return offer


def rows(wanted: Wanted, offer: Offer, region: str) -> list[dict[str, Any]]:
    """Return the rows of an item in the form of the price file; none if the list has no price."""
    found: dict[tuple[tuple[str, str], ...], tuple[str, str]] = {}
    for sku, attributes in _products(wanted, offer, region):
        tiers = _tiers(wanted, offer, sku)
        if tiers:
            found.setdefault(tiers, (sku, attributes["usagetype"]))
    if len(found) > 1:
        prices = " and ".join(tiers[0][1] for tiers in found)
        raise RefreshError(
            f"The price list has different prices of {wanted.item} in {region}: {prices}."
        )
    return [
        {
            "region": region,
            "item": wanted.item,
            "unit": wanted.unit,
            "from": start,
            "price": price,
            "usagetype": usagetype,
            "sku": sku,
            "date": offer.published,
            "source": f"AWS price list, {offer.code}",
            "verified": True,
        }
        for tiers, (sku, usagetype) in found.items()
        for start, price in tiers
    ]


def _products(wanted: Wanted, offer: Offer, region: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the products of the item in the region; the free tier has another usage type."""
    usagetypes = {prefix + wanted.usagetype for prefix in PREFIXES[region]}
    for sku, attributes in offer.products.items():
        place = attributes.get("regionCode") or attributes.get("fromRegionCode")
        if place != region or attributes.get("usagetype") not in usagetypes:
            continue
        if wanted.operation in {None, attributes.get("operation")}:
            yield sku, attributes


def _tiers(wanted: Wanted, offer: Offer, sku: str) -> tuple[tuple[str, str], ...]:
    """Return start and price of each tier, from 0. Free tiers at the beginning are left out."""
    problem = f"The price list of {wanted.item} (SKU {sku}) is not valid"
    try:
        tiers = sorted(
            (Decimal(dimension["beginRange"]), Decimal(dimension["pricePerUnit"]["USD"]))
            for term in offer.terms.get(sku, {}).values()
            for dimension in term["priceDimensions"].values()
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise RefreshError(f"{problem}: {error!r}.") from error
    if len({start for start, _ in tiers}) != len(tiers):
        raise RefreshError(f"{problem}: it has two prices for the same quantity.")
    while tiers and not tiers[0][1]:
        del tiers[0]
    return tuple(
        (f"{start:f}" if number else "0", f"{price:f}")
        for number, (start, price) in enumerate(tiers)
    )
