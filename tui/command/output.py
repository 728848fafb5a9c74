"""Printing: JSON that keeps every character, or text that is safe for a terminal."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from typing import Any, BinaryIO, Final, TextIO

from tui import text
from tui.client.contract import Blog, Summary

_CLOSED: Final = "The output is closed."
_FIELDS: Final = ("id", "title", "author", "created_at", "updated_at", "version")


class OutputError(Exception):
    """The output could not be written. The message is one line."""


class PipeClosed(Exception):
    """The reader of the output has closed it, as ``head`` does."""


def summary_document(blog: Summary) -> dict[str, str]:
    """Return the JSON object of a listed blog. Scripts rely on its keys."""
    return {name: getattr(blog, name) for name in _FIELDS}


def blog_document(blog: Blog) -> dict[str, str]:
    """Return the JSON object of a blog with its contents. Scripts rely on its keys."""
    return {**summary_document(blog), "contents": blog.contents}


def minutes(moment: str) -> str:
    """Return an RFC 3339 time without seconds."""
    return text.row(moment)[:16].replace("T", " ")


def summary_line(blog: Summary) -> str:
    """Return the line of a listed blog, with the text of unknown width at its end."""
    author = f"  ({text.row(blog.author)})" if blog.author.strip() else ""
    moment, title = f"{minutes(blog.created_at)}Z", text.row(text.title(blog.title))
    return f"{text.row(blog.id)}  {moment}  {title}{author}"


def blog_text(blog: Blog) -> str:
    """Return the text of one blog in full."""
    edited = "" if blog.updated_at == blog.created_at else f", edited {minutes(blog.updated_at)}"
    head = (
        f"{text.title(blog.title)}\n"
        f"by {text.line(blog.author) or 'nobody'}, {minutes(blog.created_at)} UTC{edited}\n"
        f"id {text.line(blog.id)}  etag {text.line(blog.etag)}\n"
    )
    return f"{head}\n{text.whole(blog.contents)}"


def check_stdout() -> None:
    """Raise OutputError if nothing can be printed, before work that takes long."""
    if sys.stdout is None:
        raise OutputError(_CLOSED)
    try:
        os.write(sys.stdout.fileno(), b"")  # /dev/full refuses even that
    except io.UnsupportedOperation:  # not a file
        return
    except OSError as error:
        raise OutputError(f"Cannot write the output: {error.strerror}.") from error


def print_json(document: object) -> None:
    """Print JSON on stdout; ASCII escapes keep all characters."""
    print_text(json.dumps(document))


def print_text(line: str) -> None:
    """Print on stdout. Raise OutputError if that fails."""
    _write(sys.stdout, line)


def print_error_json(error: dict[str, Any]) -> None:
    """Print an error on stderr as a JSON object."""
    print_stderr(json.dumps({"error": error}))


def print_stderr(line: str) -> None:
    """Print on stderr. Ignore a failure: there is no other place to report it."""
    try:
        _write(sys.stderr, line)
    except (OutputError, PipeClosed):
        return


def _write(stream: TextIO | None, line: str) -> None:
    if stream is None:
        raise OutputError(_CLOSED)
    # Replace characters that the encoding lacks instead of failing in the middle of the output.
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
        raise OutputError(f"Cannot write the output: {error.strerror}.") from error


def _write_all(binary: BinaryIO, data: bytes) -> None:
    """Write until nothing is left: with PYTHONUNBUFFERED, one call may write only a part."""
    rest = memoryview(data)
    while rest:
        written: int | None = binary.write(rest)
        if written is None:  # a full, non-blocking pipe
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[written:]


def _silence(stream: TextIO) -> None:
    """Redirect the stream to /dev/null, so that the flush at exit does not fail again."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)
