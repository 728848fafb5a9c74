"""Health checks of tasks, by the rules of their target group."""

from __future__ import annotations

import aiohttp
from yarl import URL

from localcloud.contracts import HealthCheck


async def check(host: str, port: int, rules: HealthCheck) -> str | None:
    """Check once; return what is wrong, or None if the task is healthy."""
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
        return f"no response to {rules.path} within {rules.timeout_s:g} s"
    except aiohttp.ClientError as error:
        return str(error) or type(error).__name__
    if matches(status, rules.matcher):
        return None
    return f"{rules.path} returns {status} instead of {rules.matcher}"


def matches(status: int, matcher: str) -> bool:
    """Return True if a matcher (``200``, ``200,202`` or ``200-299``) includes *status*."""
    for part in matcher.split(","):
        first, _, last = part.partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False
