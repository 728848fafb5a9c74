"""One invocation of a function, and the errors that Lambda itself reports."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from localcloud.contracts import FunctionError

EVENT_LIMIT: Final = 6_291_456
RESPONSE_LIMIT: Final = 6_291_556  # a hundred bytes more than an event, in Lambda's own messages


class EnvironmentLost(Exception):
    """The environment ended before it received the invocation, so another one may run it."""


def _new_result() -> asyncio.Future[bytes]:
    return asyncio.get_running_loop().create_future()


@dataclass
class Invocation:
    """An event for an environment, and its response once there is one."""

    event: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    is_traced: bool = False
    deadline: float = 0.0  # seconds since the epoch; set when it is received
    taken: bool = False  # an environment has received it, so no other may run it
    result: asyncio.Future[bytes] = field(default_factory=_new_result)

    def succeed(self, response: bytes) -> None:
        if not self.result.done():
            self.result.set_result(response)

    def fail(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)
            self.result.exception()  # the caller may be gone

    def take(self, timeout_s: float) -> None:
        """Set its deadline: an environment has requested it."""
        self.taken = True
        self.deadline = time.time() + timeout_s


def timed_out(invocation: Invocation, timeout_s: float) -> FunctionError:
    return _error("Sandbox.Timedout", timeout_text(invocation.id, timeout_s))


def timeout_text(request_id: str, timeout_s: float) -> str:
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{stamp} {request_id} Task timed out after {timeout_s:.2f} seconds"


def exited(request_id: str, returncode: int) -> FunctionError:
    """Return the error of an invocation during which the process ended."""
    reason = "Runtime exited without providing a reason"
    if returncode < 0:
        reason = f"Runtime exited with error: signal: {_signal_name(returncode)}"
    elif returncode > 0:
        reason = f"Runtime exited with error: exit status {returncode}"
    return _error("Runtime.ExitError", f"RequestId: {request_id} Error: {reason}")


def response_too_large() -> FunctionError:
    text = f"Response payload size exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes)."
    return _error("Function.ResponseSizeTooLarge", text)


def reported(payload: bytes, header: str | None) -> FunctionError:
    """Return the error that the runtime client reports; the header, if set, has its type."""
    try:
        report = json.loads(payload)
    except ValueError:
        report = None
    named = report.get("errorType") if isinstance(report, dict) else None
    return FunctionError(str(header or named or "Runtime.Unknown"), payload)


def not_started(reason: Exception) -> FunctionError:
    return _error("Sandbox.Failure", f"The environment could not be started: {reason}")


def gone(name: str) -> FunctionError:
    return _error("ResourceNotFoundException", f"Function not found: {name}")


def _error(error_type: str, message: str) -> FunctionError:
    payload = json.dumps({"errorType": error_type, "errorMessage": message})
    return FunctionError(error_type, payload.encode())


def _signal_name(returncode: int) -> str:
    described = signal.strsignal(-returncode)
    return described.lower() if described else str(-returncode)
