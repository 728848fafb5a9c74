"""The types of settings, with their validation: backend names, URLs, seconds, the write token."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

HOW_TO_GET_TOKEN: Final = "To print the token, run `pulumi stack output WriteToken --show-secrets`"  # noqa: S105 -- a hint
DEFAULT_SOURCE: Final = "default"
LONGEST_WAIT: Final = 3600
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")


class BackendName(StrEnum):
    """The two backends."""

    FUNCTIONS = "functions"
    CONTAINERS = "containers"

    @property
    def other(self) -> BackendName:
        return BackendName.CONTAINERS if self is BackendName.FUNCTIONS else BackendName.FUNCTIONS

    @property
    def word(self) -> str:
        """The name as it is shown to the user."""
        return self.value.upper()


class SettingsError(Exception):
    """A setting is missing or invalid. The message tells the user what to do."""


class Token:
    """The write token. Its representation does not contain the secret."""

    __slots__ = ("_secret", "source")

    def __init__(self, secret: str, source: str) -> None:
        self._secret = secret
        self.source = source

    @classmethod
    def of(cls, text: str | None, source: str) -> Token | None:
        """Return a token without surrounding white space, or None if the text is empty."""
        secret = (text or "").strip()
        return cls(secret, source) if secret else None

    def __repr__(self) -> str:
        return f"Token(from {self.source})"

    @property
    def problem(self) -> str | None:
        """Why the token is not valid, or None. Reading works without a valid token."""
        if self._secret == "[secret]":  # noqa: S105 -- the placeholder that pulumi prints
            return (
                f"The write token (from {self.source}) is the placeholder [secret]. "
                f"{HOW_TO_GET_TOKEN}."
            )
        if not _PRINTABLE.fullmatch(self._secret):
            return (
                f"The write token (from {self.source}) contains characters that are not allowed. "
                f"{HOW_TO_GET_TOKEN}."
            )
        return None

    def concealed(self, text: str) -> str:
        """Return *text* with the secret replaced: a response may repeat it."""
        return text.replace(self._secret, "[token]")

    @property
    def secret(self) -> str:
        """The token itself, for the load generator. Other requests use `header`."""
        return self._secret

    def header(self) -> str:
        """Return the value of the Authorization header."""
        return f"Bearer {self._secret}"


def checked_seconds(value: object, source: str) -> float:
    """Return the number of seconds. Raise SettingsError if it is not valid."""
    try:
        seconds = float(str(value))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_WAIT:
        raise SettingsError(
            f'Invalid timeout "{value}" (from {source}): '
            f"use a number of seconds above 0, at most {LONGEST_WAIT:,}."
        )
    return seconds


def checked_url(text: str, source: str) -> str:
    """Return the URL without trailing slashes. Raise SettingsError if it is not valid."""
    url = text.strip().rstrip("/")
    reason = _url_problem(url)
    if reason:
        raise SettingsError(f"Invalid URL (from {source}): {reason}.")
    return url


def _url_problem(url: str) -> str | None:
    """Return what is wrong with the URL, without repeating it: it may contain a password."""
    if not _PRINTABLE.fullmatch(url):
        return "it contains characters that are not allowed in a URL"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "use a URL such as https://host/Prod"
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return "use an http or https URL with a host, such as https://host/Prod"
    if parts.username is not None or parts.password is not None:
        return "remove the user name and password; the write token is a separate setting"
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "remove the query and fragment (everything from ? or # on)"
    return None


def is_loopback(url: str) -> bool:
    """Return True if the host of *url* is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
