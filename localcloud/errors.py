"""What can go wrong when a function is invoked, in words that both of its sides know.

InvocationError
├── FunctionError      the function failed: an exception, a time-out, a dead process, a bad start
├── Throttled          every execution environment is busy and no further one may be started
└── RequestTooLarge    the event is over Lambda's limit, so the function never saw it
"""

from __future__ import annotations


class InvocationError(Exception):
    """An invocation that gave no answer."""


class FunctionError(InvocationError):
    """The function failed; *payload* is the JSON that Lambda's callers get."""

    def __init__(self, error_type: str, payload: bytes) -> None:
        super().__init__(f"{error_type}: {payload[:500].decode(errors='replace')}")
        self.error_type = error_type
        self.payload = payload


class Throttled(InvocationError):
    """All environments are busy, and no more are allowed."""


class RequestTooLarge(InvocationError):
    """The event is larger than an invocation may be."""
