"""TCP ports of the loopback interface: which are free, and which to choose."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection
from typing import Final

HOST: Final = "127.0.0.1"
# Below the range from which systems take ports for outgoing connections, so that a kept port is
# not in use by chance at the next start.
_LASTING: Final = range(20000, 32000)
_TRIES: Final = 200


def check_free(port: int) -> None:
    """Raise OSError if *port* is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def not_available(what: str, error: OSError) -> str:
    """Return the message for a port that cannot be used; *what* names the port."""
    return (
        f"{what} is not available ({error.strerror}). "
        "Stop the process that uses it, or choose another port (see --help)."
    )


def free_port() -> int:
    """Return a port that is free now, for one process."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def lasting_port(taken: Collection[int]) -> int | None:
    """Return a free port to use at every start, None if none is found."""
    for port in random.sample(_LASTING, _TRIES):
        if port not in taken and _is_free(port):
            return port
    return None


def _is_free(port: int) -> bool:
    try:
        check_free(port)
    except OSError:
        return False
    return True
