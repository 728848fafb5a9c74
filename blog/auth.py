"""The write token: checks who may write."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from blog.errors import Unauthorized
from blog.http import Request

_DIGEST: Final = re.compile("[0-9a-f]{64}")


class WriteAccess:
    """The rule for writes: open to everyone, or with the bearer token of this SHA-256."""

    def __init__(self, token_sha256: str | None) -> None:
        """*token_sha256* is the digest in hexadecimal digits; None opens writes to everyone."""
        if token_sha256 is not None and not _DIGEST.fullmatch(token_sha256):
            raise ValueError("The SHA-256 of the write token must be 64 digits of 0-9 and a-f.")
        self._token_sha256 = token_sha256

    @classmethod
    def from_settings(cls, open_writes: str, token_sha256: str) -> WriteAccess:
        """Read OPEN_WRITES and WRITE_TOKEN_SHA256. Raise ValueError unless they are clear."""
        if open_writes not in {"true", "false"}:
            raise ValueError(f"OPEN_WRITES must be true or false, not {open_writes!r}.")
        if open_writes == "true":
            return cls(None)
        if not token_sha256:
            raise ValueError("Set WRITE_TOKEN_SHA256, or set OPEN_WRITES to true.")
        return cls(token_sha256.lower())

    def check(self, request: Request) -> None:
        """Raise Unauthorized unless *request* may write."""
        if self._token_sha256 is None:
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        digest = hashlib.sha256(token.strip(" ").encode(errors="backslashreplace")).hexdigest()
        is_write_token = hmac.compare_digest(digest, self._token_sha256)
        if scheme.lower() != "bearer" or not is_write_token:
            raise Unauthorized
