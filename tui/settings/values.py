"""The values of settings, checked: backend names, URLs, seconds and the write token."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

HOW_TO_GET_TOKEN: Final = "`pulumi stack output WriteToken --show-secrets` prints the real one"  # noqa: S105 -- advice
DEFAULT_SOURCE: Final = "default"
LONGEST_WAIT: Final = 3600
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


class BackendName(StrEnum):
    """The two ways in which the same blog is deployed."""

    FUNCTIONS = "functions"
    CONTAINERS = "containers"

    @property
    def other(self) -> BackendName:
        return BackendName.CONTAINERS if self is BackendName.FUNCTIONS else BackendName.FUNCTIONS

    @property
    def word(self) -> str:
        """The name as every screen shows it."""
        return self.value.upper()


class SettingsError(Exception):
    """A setting cannot be used; the text is one sentence for a person, with what to do."""


class Token:
    """The write token; it never shows itself."""

    __slots__ = ("_secret", "source")

    def __init__(self, secret: str, source: str) -> None:
        self._secret = secret
        self.source = source

    @classmethod
    def of(cls, text: str | None, source: str) -> Token | None:
        """Make a token of *text* without the white space around it; None of nothing."""
        secret = (text or "").strip()
        return cls(secret, source) if secret else None

    def __repr__(self) -> str:
        return f"Token(from {self.source})"

    @property
    def problem(self) -> str | None:
        """Say why this cannot be the token, or None. Reading works all the same."""
        if self._secret == "[secret]":  # noqa: S105 -- what stands in for a hidden output
            return f"The write token from {self.source} is hidden: {HOW_TO_GET_TOKEN}."
        if not _PRINTABLE.fullmatch(self._secret):
            return f"The write token from {self.source} has characters that no token has."
        return None

    def concealed(self, text: str) -> str:
        """Give *text* without the token: a backend may repeat it in its answer."""
        return text.replace(self._secret, "[token]")

    def header(self) -> str:
        """Give the value of the Authorization header: the only way out."""
        return f"Bearer {self._secret}"


def checked_seconds(value: object, source: str) -> float:
    """Give the number of seconds, or say that it is none."""
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_WAIT:
        raise SettingsError(
            f"The time from {source} must be seconds above 0, up to {LONGEST_WAIT}."
        )
    return seconds


def checked_url(text: str, source: str) -> str:
    """Give the base URL without a slash at its end, or say what is wrong with it."""
    url = text.strip().rstrip("/")
    reason = _fault(url)
    if reason:
        raise SettingsError(f"The URL from {source} {reason}.")
    return url


def _fault(url: str) -> str | None:
    """Say what is wrong; a URL with credentials is never repeated, so none is."""
    if not _PRINTABLE.fullmatch(url):
        return "has characters that no URL has"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is no URL: it looks like https://host/Prod"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return "is no http or https URL with a host: it looks like https://host/Prod"
    if parts.username is not None or parts.password is not None:
        return "holds a user name or password: the token is a setting of its own"
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "has a query or fragment: give the address before it"
    return None


def is_loopback(url: str) -> bool:
    """Tell whether *url* stays on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
