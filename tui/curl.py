"""A request as a line for a shell, with the token's variable and never the token."""

from __future__ import annotations

import shlex
from typing import Final

from tui.client.contract import Request
from tui.settings.backends import TOKEN_VARIABLE

_LONGEST_WORD: Final = 100_000  # Linux takes 128 KiB in one argument
_END: Final = "END_OF_BODY"


def as_curl(base: str, request: Request, *, with_token: bool) -> str:
    """Write *request* for a POSIX shell; a body too long for an argument comes on stdin."""
    url = base + request.target
    words = ["curl", "-i"]
    if set("[]{}") & set(url):
        words.append("--globoff")
    if request.method != "GET":
        words += ["-X", shlex.quote(request.method)]
    words.append(shlex.quote(url))
    for name, value in request.headers.items():
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if request.writes and with_token:
        words += ["-H", f'"Authorization: Bearer ${TOKEN_VARIABLE}"']
    return " ".join(words) + _body(request.body)


def _body(body: bytes | None) -> str:
    if body is None:
        return ""
    text = body.decode()  # JSON of ours, in ASCII and on one line
    if len(text) <= _LONGEST_WORD:
        return f" --data-raw {shlex.quote(text)}"
    return f" --data-binary @- <<'{_END}'\n{text}\n{_END}"
