"""Replace the prices of a region with those of AWS's public price list.

Nothing changes unless every part succeeds.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from lab.cost import offers
from lab.cost.errors import CostError, RefreshError
from lab.cost.prices import PACKAGED, is_there, read_rows

BASE_URL: Final = "https://pricing.us-east-1.amazonaws.com"
_TIMEOUT_S: Final = 30
_KEPT: Final = "The prices did not change."


@dataclass(frozen=True, kw_only=True)
class Change:
    """A price that differs from the one before; None where there was or is none."""

    item: str
    start: str
    old: str | None
    new: str | None


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What a refresh did. *published* is the latest date of the price lists."""

    region: str
    published: str
    prices: int
    changes: Sequence[Change]
    file: Path


def refresh(
    region: str,
    file: Path,
    *,
    base_url: str = BASE_URL,
    on_progress: Callable[[str], None] = lambda offer: None,  # noqa: ARG005 -- nothing to show
) -> Refreshed:
    """Read the price lists of *region* and write its prices to *file*.

    Raises:
        RefreshError: a list cannot be read, or has no price or different prices for an item.

    """
    if region not in offers.PREFIXES:
        known = ", ".join(offers.PREFIXES)
        raise RefreshError(f"The price list of {region} cannot be read. Use one of {known}.")
    try:
        refreshed = _refreshed_rows(file)
        lists = {}
        for code in offers.OFFERS:
            on_progress(code)
            url = f"{base_url}/offers/v1.0/aws/{code}/current/{region}/index.json"
            lists[code] = offers.parse(code, _fetch(url))
        rows = _selected(lists, region)
        old = [row for row in refreshed if row["region"] == region] or _packaged_rows(region)
        merged = _merged(old, rows)
        _replace(file, [*(row for row in refreshed if row["region"] != region), *merged])
    except RefreshError as error:
        raise RefreshError(f"{error} {_KEPT}") from error
    return Refreshed(
        region=region,
        published=max(offer.published for offer in lists.values()),
        prices=len(rows),
        changes=_changes(old, merged),
        file=file,
    )


def _refreshed_rows(file: Path) -> list[dict[str, Any]]:
    """Return the rows of the file, which has only the regions that were refreshed."""
    try:
        return read_rows(file) if is_there(file) else []
    except CostError:
        return []  # a damaged file is replaced


def _packaged_rows(region: str) -> list[dict[str, Any]]:
    return [row for row in read_rows(PACKAGED) if row["region"] == region]


def _fetch(url: str) -> bytes:
    """Return a file of the price list, through the proxy of the environment if there is one."""
    opener = urllib.request.build_opener()  # reads the proxy settings now
    try:
        with opener.open(url, timeout=_TIMEOUT_S) as response:
            body: bytes = response.read()
    except urllib.error.HTTPError as error:
        raise RefreshError(f"{url} responded with status {error.code}.") from error
    except http.client.IncompleteRead as error:
        raise RefreshError(f"The connection ended in the middle of {url}. Try again.") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise RefreshError(
            f"Cannot read {url}: {reason}. Check the network, or set HTTPS_PROXY."
        ) from error
    return body


def _selected(lists: dict[str, offers.Offer], region: str) -> list[dict[str, Any]]:
    """Return the rows of all items in the price lists."""
    found = {wanted: offers.rows(wanted, lists[wanted.offer], region) for wanted in offers.WANTED}
    missing = [one.item for one, rows in found.items() if not (rows or one.optional)]
    if missing:
        raise RefreshError(f"The price list of {region} has no price of {', '.join(missing)}.")
    return [row for rows in found.values() for row in rows]


def _merged(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the new rows, and the old ones of items that the price list does not have."""
    items = {row["item"] for row in new}
    return [*new, *(row for row in old if row["item"] not in items)]


def _changes(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[Change]:
    before, after = (
        {(row["item"], row["from"]): row["price"] for row in rows} for rows in (old, new)
    )
    return [
        Change(item=key[0], start=key[1], old=before.get(key), new=after.get(key))
        for key in dict.fromkeys([*after, *before])
        if _differ(before.get(key), after.get(key))
    ]


def _differ(old: str | None, new: str | None) -> bool:
    if old is None or new is None:
        return old != new
    return Decimal(old) != Decimal(new)


def _replace(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write the file. An earlier one stays as it is until the new one is complete."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    text = f'{{"currency": "USD", "rows": [\n{lines}\n]}}\n'
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=file.name, delete=False
        ) as stream:
            written = Path(stream.name)
            try:
                stream.write(text)
                stream.flush()
                read_rows(written)
                written.replace(file)
            except BaseException:
                written.unlink()
                raise
    except OSError as error:
        raise RefreshError(f"Cannot write {file}: {error.strerror}.") from error
    except CostError as error:
        raise RefreshError(str(error)) from error
