"""X-Ray trace ids, as AWS's front ends and Lambda create them."""

from __future__ import annotations

import os


def new_trace_id(at: float) -> str:
    """Return a trace id for a request that arrived at *at*, in seconds since the epoch."""
    return f"1-{int(at):08x}-{os.urandom(12).hex()}"
