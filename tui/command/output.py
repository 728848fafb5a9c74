"""What the commands print: JSON that keeps every character, or text that a terminal may show."""

from __future__ import annotations

import errno
import json
import os
import sys
from typing import Any, BinaryIO, Final, TextIO

from tui import text
from tui.client.contract import Blog, Summary

_FIELDS: Final = ("id", "title", "author", "created_at", "updated_at", "version")


class OutputError(Exception):
    """The output could not be written; the text is one sentence."""


class PipeClosed(Exception):
    """Whoever read the output has enough of it."""


def summary_document(blog: Summary) -> dict[str, str]:
    """Give the stable shape of a listed blog."""
    return {name: getattr(blog, name) for name in _FIELDS}


def blog_document(blog: Blog) -> dict[str, str]:
    """Give the stable shape of a blog with its contents."""
    return {**summary_document(blog), "contents": blog.contents}


def minutes(moment: str) -> str:
    """Shorten an RFC 3339 time to the minute."""
    return text.row(moment)[:16].replace("T", " ")


def summary_line(blog: Summary) -> str:
    """Show a listed blog; what people wrote comes last, so that its width matters to nobody."""
    author = f"  ({text.row(blog.author)})" if blog.author.strip() else ""
    moment, title = f"{minutes(blog.created_at)}Z", text.row(text.title(blog.title))
    return f"{text.row(blog.id)}  {moment}  {title}{author}"


def blog_text(blog: Blog) -> str:
    """Show one blog in full."""
    edited = "" if blog.updated_at == blog.created_at else f", edited {minutes(blog.updated_at)}"
    head = (
        f"{text.title(blog.title)}\n"
        f"by {text.line(blog.author) or 'nobody'}, {minutes(blog.created_at)} UTC{edited}\n"
        f"id {text.line(blog.id)}  etag {text.line(blog.etag)}\n"
    )
    return f"{head}\n{text.whole(blog.contents)}"


def print_json(document: object) -> None:
    """Print on stdout; escapes keep even what no terminal may see."""
    print_text(json.dumps(document))


def print_text(line: str) -> None:
    """Print on stdout, or say why that is impossible."""
    _write(sys.stdout, line)


def print_error_json(error: dict[str, Any]) -> None:
    """Print a failure on stderr, in the shape that scripts read."""
    print_stderr(json.dumps({"error": error}))


def print_stderr(line: str) -> None:
    """Print on stderr; when even that is impossible, nobody can be told."""
    try:
        _write(sys.stderr, line)
    except (OutputError, PipeClosed):
        return


def _write(stream: TextIO | None, line: str) -> None:
    if stream is None:
        raise OutputError("The output is closed.")
    # An encoding that lacks a character is no reason to fail in the middle.
    encoded = f"{line}\n".encode(stream.encoding or "utf-8", "replace")
    try:
        stream.flush()
        _write_all(stream.buffer, encoded)
        stream.buffer.flush()
    except BrokenPipeError as error:
        _silence(stream)
        raise PipeClosed from error
    except OSError as error:
        _silence(stream)
        raise OutputError(f"The output could not be written: {error.strerror}.") from error


def _write_all(binary: BinaryIO, data: bytes) -> None:
    """Write in as many pieces as it takes: under PYTHONUNBUFFERED there is no buffer to do it."""
    rest = memoryview(data)
    while rest:
        written: int | None = binary.write(rest)
        if written is None:  # a full pipe that does not block
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[written:]


def _silence(stream: TextIO) -> None:
    """Let the interpreter's last flush go nowhere instead of failing once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
