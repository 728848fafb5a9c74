"""Asks a task whether it is healthy, by the rules of its target group."""

from __future__ import annotations

import aiohttp
from yarl import URL

from localcloud.contracts import HealthCheck


async def trouble(host: str, port: int, rules: HealthCheck) -> str | None:
    """Make one check; gives what is wrong, None for a healthy task."""
    url = URL.build(scheme="http", host=host, port=port, path=rules.path, encoded=True)
    try:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=rules.timeout_s),
                headers={"User-Agent": "ELB-HealthChecker/2.0"},
            ) as session,
            session.get(url, allow_redirects=False) as response,
        ):
            status = response.status
    except TimeoutError:
        return f"no answer to {rules.path} within {rules.timeout_s:g} s"
    except aiohttp.ClientError as error:
        return str(error) or type(error).__name__
    if matches(status, rules.matcher):
        return None
    return f"{rules.path} answers {status} where {rules.matcher} is expected"


def matches(status: int, matcher: str) -> bool:
    """Whether a target group's matcher (``200``, ``200,202`` or ``200-299``) takes *status*."""
    for part in matcher.split(","):
        first, _, last = part.partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False
