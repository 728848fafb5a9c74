"""A request as a line for a shell, with the token's variable and never the token."""

from __future__ import annotations

import shlex
from typing import Final

from tui.contract import Question
from tui.settings.backends import TOKEN_VARIABLE

_LONGEST_WORD: Final = 100_000  # Linux takes 128 KiB in one argument
_END: Final = "END_OF_BODY"


def as_curl(base: str, question: Question, *, with_token: bool) -> str:
    """Write *question* for a POSIX shell; a body too long for an argument comes on stdin."""
    url = base + question.target
    words = ["curl", "-i"]
    if set("[]{}") & set(url):
        words.append("--globoff")
    if question.method != "GET":
        words += ["-X", shlex.quote(question.method)]
    words.append(shlex.quote(url))
    for name, value in question.headers.items():
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if question.writes and with_token:
        words += ["-H", f'"Authorization: Bearer ${TOKEN_VARIABLE}"']
    return " ".join(words) + _body(question.body)


def _body(body: bytes | None) -> str:
    if body is None:
        return ""
    text = body.decode()  # JSON of ours, in ASCII and on one line
    if len(text) <= _LONGEST_WORD:
        return f" --data-raw {shlex.quote(text)}"
    return f" --data-binary @- <<'{_END}'\n{text}\n{_END}"
