"""Switch the enforcement of IAM in the emulated account on and off."""

import contextlib
import urllib.request


@contextlib.contextmanager
def enforcing_iam(endpoint):
    """Let the account check the permissions of every request."""
    _free_requests(endpoint, "0")
    try:
        yield
    finally:
        _free_requests(endpoint, "inf")


def _free_requests(endpoint, number):
    """Set the number of requests before the account enforces IAM."""
    order = urllib.request.Request(  # noqa: S310  # a loopback URL
        f"{endpoint}/moto-api/reset-auth",
        data=number.encode(),
        headers={"Content-Type": "text/plain"},
    )
    with urllib.request.urlopen(order) as answer:  # noqa: S310  # the same
        assert answer.status == 200
