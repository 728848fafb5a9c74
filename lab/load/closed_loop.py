"""A closed loop: a fixed number of clients, each of which waits for a response before it sends.

`make bench` uses it for the highest rate of a backend. It hides stalls, so comparisons use
`lab.load.engine`.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import aiohttp

_ROUNDS: Final = 4
_WARM_UP_REQUESTS: Final = 10


class UnexpectedStatus(Exception):
    """A response had another status than expected, so the measurement is not valid."""


async def timed_get(
    session: aiohttp.ClientSession, url: str, status: HTTPStatus = HTTPStatus.OK
) -> float:
    """Return the milliseconds from sending a GET to the last byte of its response."""
    started = time.perf_counter()
    async with session.get(url) as response:
        body = await response.read()
    elapsed_ms = (time.perf_counter() - started) * 1000
    if response.status != status:
        raise UnexpectedStatus(f"GET {url} returned {response.status}: {body[:200]!r}")
    return elapsed_ms


async def send(
    session: aiohttp.ClientSession, url: str, *, clients: int, requests: int
) -> list[float]:
    """Send *requests* requests in all, one at a time per client; return the time of each."""
    remaining = iter(range(requests))

    async def client() -> list[float]:
        return [await timed_get(session, url) for _ in remaining]

    times = await asyncio.gather(*(client() for _ in range(clients)))
    return [milliseconds for each in times for milliseconds in each]


async def alternate(
    session: aiohttp.ClientSession, urls: Mapping[str, str], *, clients: int, requests: int
) -> dict[str, list[float]]:
    """Send *requests* requests to each of *urls* in turn; return the times of each, by name.

    The order is A B B A, so that a change on the machine affects all of them. *requests* is
    rounded up to a multiple of four. Requests that only warm up a backend are not counted.
    """
    times: dict[str, list[float]] = {name: [] for name in urls}
    each = math.ceil(requests / _ROUNDS)
    for number in range(_ROUNDS):
        for name in urls if number % 2 == 0 else reversed(list(urls)):
            await send(session, urls[name], clients=clients, requests=_WARM_UP_REQUESTS)
            times[name] += await send(session, urls[name], clients=clients, requests=each)
    return times
