"""The proxies and certificates from the environment."""

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
    """Report the variable with an invalid value if httpx cannot create a client."""
    try:
        yield
    except OSError as error:
        raise _invalid(_CERTIFICATES, error.strerror or "no certificates found") from error
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise _invalid(_PROXIES, "use the URL of an http or https proxy") from error


def _invalid(candidates: tuple[str, ...], reason: str) -> ApiError:
    """Return an error that names the variables, without values: a URL may contain a password."""
    known = {name for variable in candidates for name in (variable, variable.lower())}
    assigned = " or ".join(sorted(name for name in known if os.environ.get(name)))
    names = assigned or " or ".join(candidates)
    return ApiError(text.line(f"Invalid value of {names}: {reason}."), Failure.SETTINGS)


def transport_to(url: str, *, direct: bool = False) -> httpx.AsyncBaseTransport | None:
    """Return a transport without proxy if *url* is on this machine or *direct*, else None."""
    if not is_loopback(url):
        return httpx.AsyncHTTPTransport() if direct else None
    if url.startswith("https://"):
        return httpx.AsyncHTTPTransport()
    return httpx.AsyncHTTPTransport(verify=_no_certificates())


def avoids_proxy(url: str) -> bool:
    """Return whether a direct connection to *url* avoids a proxy that other requests use."""
    return not is_loopback(url) and any(
        os.environ.get(name) for variable in _PROXIES[:-1] for name in (variable, variable.lower())
    )


def tls_context() -> ssl.SSLContext:
    """Return a context with the certificates that are trusted, for a client other than httpx."""
    with environment_errors():
        return httpx.create_ssl_context()


def _no_certificates() -> ssl.SSLContext:
    """Return a context without certificates: plain HTTP needs none, and loading takes 0.1 s."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
