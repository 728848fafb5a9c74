"""The way to a backend: proxies and trusted certificates, as the environment names them."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from tui import text
from tui.client.contract import ApiError, Failure
from tui.settings.values import is_loopback

_PROXIES: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@contextmanager
def environment_errors() -> Iterator[None]:
    """Name the variable when a client cannot be made from what the environment says."""
    try:
        yield
    except OSError as error:
        raise _unusable(_CERTIFICATES, error.strerror or "no certificates there") from error
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise _unusable(_PROXIES, "no address of an http or https proxy") from error


def _unusable(candidates: tuple[str, ...], reason: str) -> ApiError:
    """Blame those that are set; a proxy's address may hold a password, so none is repeated."""
    known = {name for variable in candidates for name in (variable, variable.lower())}
    blamed = " or ".join(sorted(name for name in known if os.environ.get(name)))
    names = blamed or " or ".join(candidates)
    return ApiError(text.line(f"{names} cannot be used: {reason}."), Failure.SETTINGS)


def transport_to(url: str) -> httpx.AsyncBaseTransport | None:
    """Go straight to this machine, past any proxy; None leaves the way to httpx."""
    if not is_loopback(url):
        return None
    if url.startswith("https://"):
        return httpx.AsyncHTTPTransport()
    return httpx.AsyncHTTPTransport(verify=_no_certificates())


def _no_certificates() -> ssl.SSLContext:
    """Trust nobody: for plain http, where loading the trusted certificates takes 0.1 s."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
