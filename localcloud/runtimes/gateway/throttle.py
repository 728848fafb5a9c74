"""The stage's throttling: a bucket of tokens, as API Gateway describes its own."""

from __future__ import annotations

import time

from localcloud.runtimes.gateway.spec import Throttle


class TokenBucket:
    """Holds up to the burst limit, and is filled at the rate limit."""

    def __init__(self, throttle: Throttle) -> None:
        self._rate = throttle.rate_limit
        self._size = float(throttle.burst_limit)
        self._tokens = self._size
        self._filled = time.monotonic()

    def take(self) -> bool:
        """Take a token if there is one."""
        now = time.monotonic()
        self._tokens = min(self._size, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
