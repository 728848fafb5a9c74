"""What each command does, once it is known which backend to ask."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tui import text
from tui.client.contract import LARGEST_CONTENTS, LARGEST_PAGE, Api, Draft, LogEntry
from tui.client.paging import SeenPages
from tui.client.request_trace import request_document
from tui.client.writes import WriteResult, Writes, new_id
from tui.command import output
from tui.command.arguments import UsageError
from tui.settings.backends import Backends
from tui.settings.connections import Connections
from tui.settings.preferences import Setting, client_settings
from tui.settings.values import BackendName


@dataclass(kw_only=True)
class CommandContext:
    """What one command works with."""

    args: Namespace
    backend: BackendName
    contents: str | None
    """What --file or stdin held; None when nothing was to be read."""
    requests: list[LogEntry] = field(default_factory=list)
    writing: str | None = None
    """The blog whose write is under way."""

    def show(self, human: str, **document: object) -> None:
        """Print the result, in the form that was asked for."""
        if self.args.json:
            requests = [request_document(entry) for entry in self.requests]
            output.print_json({"backend": self.backend, **document, "requests": requests})
        else:
            output.print_text(human)


def contents_of(args: Namespace) -> str | None:
    """Read what --file names, before any request; None when the command has no such text."""
    name = getattr(args, "file", None)
    if name is None:
        return None
    place = "Standard input" if name == "-" else name
    try:
        data = _standard_input() if name == "-" else _beginning(Path(name))
    except OSError as error:
        raise UsageError(f"--file {name}: {error.strerror}.") from error
    if len(data) > LARGEST_CONTENTS:
        raise UsageError(f"{place} holds more than {LARGEST_CONTENTS} bytes: that many at most.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{place} is not UTF-8 text: byte {error.start} is wrong.") from error


def _beginning(file: Path) -> bytes:
    """Read no more than it takes to see that it is too much: some files never end."""
    with file.open("rb") as stream:
        return stream.read(LARGEST_CONTENTS + 1)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise UsageError("Standard input is closed: name a file with --file.")
    if sys.stdin.isatty():
        output.print_stderr(
            "Type the contents, then Ctrl-D on a line of its own (Ctrl-C to give up)."
        )
    return sys.stdin.buffer.read(LARGEST_CONTENTS + 1)


def outputs(found: Backends, connections: Connections, args: Namespace) -> None:
    """Say which backends were found, and every other setting."""
    if args.json:
        settings = client_settings(connections.preferences, connections.finder)
        output.print_json(_outputs_document(found, settings))
        return
    show_settings(connections.settings(found))


def show_settings(rows: Sequence[Setting]) -> None:
    """Print each setting with its value and its source."""
    width = max(len(row.name) for row in rows)
    for row in rows:
        words = f"{row.name.ljust(width)}  {row.value}"
        output.print_text(
            text.line(words if row.source == "-" else f"{words}  (from {row.source})")
        )


def _outputs_document(found: Backends, settings: Sequence[Setting]) -> dict[str, Any]:
    backends = {name: found.by_name.get(name) for name in BackendName}
    token, deployment = found.token, found.deployment
    return {
        "backends": {
            name: backend and {"url": backend.url, "source": backend.source}
            for name, backend in backends.items()
        },
        "token": token and {"source": token.source, "problem": token.problem},
        "place": {
            "stack": deployment.stack or None,
            "region": deployment.region or None,
            "account": deployment.account or None,
            "named_by": deployment.chosen_by or None,
        },
        "settings": {
            setting.name: {"value": setting.value, "source": setting.source} for setting in settings
        },
    }


async def ls(api: Api, context: CommandContext) -> None:
    """List so many blogs, a page at a time."""
    wanted = sys.maxsize if context.args.all else context.args.limit
    blogs: list[dict[str, str]] = []
    after: str | None = None
    count = 0
    seen = SeenPages()
    while True:
        page = seen.unseen(await api.page(min(LARGEST_PAGE, wanted - count), after))
        fitting = page.blogs[: wanted - count]
        count += len(fitting)
        after = page.next_url
        if context.args.json:
            blogs += map(output.summary_document, fitting)
        elif fitting:
            output.print_text("\n".join(map(output.summary_line, fitting)))
        if after is None or count >= wanted:
            break
    more = after is not None or len(fitting) < len(page.blogs)
    _end_of_list(context, blogs, count=count, more=more)


def _end_of_list(
    context: CommandContext, blogs: list[dict[str, str]], *, count: int, more: bool
) -> None:
    if context.args.json:
        context.show("", blogs=blogs, more=more)
    elif count == 0:
        output.print_stderr("No blogs yet: write one with blogs post --title TITLE.")
    elif more:
        output.print_stderr(f"There are more than these {count}: --limit N or --all.")


async def show(api: Api, context: CommandContext) -> None:
    """Show one blog."""
    blog = await api.read(context.args.id)
    context.show(output.blog_text(blog), blog=output.blog_document(blog), etag=blog.etag)


async def post(api: Api, context: CommandContext) -> None:
    """Store a new blog under an id that is known before the request."""
    args = context.args
    draft = Draft(
        id=args.id or new_id(),
        title=args.title,
        author=args.author,
        contents=context.contents or "",
    )
    await _store(context, draft, lambda writes: writes.create(api, draft), "Posted")


async def edit(api: Api, context: CommandContext) -> None:
    """Change what is given; what was read meanwhile must still be there."""
    args = context.args
    if args.title is None and args.author is None and context.contents is None:
        raise UsageError("Nothing to change: give --title, --author or --file.")
    blog = await api.read(args.id)
    draft = Draft(
        id=blog.id,
        title=blog.title if args.title is None else args.title,
        author=blog.author if args.author is None else args.author,
        contents=blog.contents if context.contents is None else context.contents,
    )
    etag = args.if_match or blog.etag
    await _store(context, draft, lambda writes: writes.replace(api, draft, etag), "Saved")


async def _store(
    context: CommandContext,
    draft: Draft,
    write: Callable[[Writes], Awaitable[WriteResult]],
    verb: str,
) -> None:
    problem = draft.problem()
    if problem:
        raise UsageError(problem)
    context.writing = draft.id
    written = await write(Writes())
    context.writing = None
    blog = written.blog
    context.show(
        f"{verb} {text.row(blog.id)}  {text.row(text.title(blog.title))}",
        blog=output.blog_document(blog),
        etag=blog.etag,
        read_back=written.read_back,
    )


async def remove(api: Api, context: CommandContext) -> None:
    """Delete a blog; without --yes only what the person has seen and agreed to."""
    args = context.args
    etag: str | None = args.if_match
    if not args.yes:
        etag = await _agreed(api, context, etag)
        if etag is None:
            output.print_stderr("Nothing was deleted.")
            return
    context.writing = args.id
    read_back = await Writes().delete(api, args.id, etag)
    context.writing = None
    context.show(f"Deleted {text.row(args.id)}", deleted=args.id, read_back=read_back)


async def _agreed(api: Api, context: CommandContext, etag: str | None) -> str | None:
    """Ask the person; gives the tag of the blog that was agreed on, None for no."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("Nobody can be asked here: add --yes to delete.")
    blog = await api.read(context.args.id)
    output.print_stderr(f"Delete “{text.title(blog.title)}” from {context.backend.word}? y or n:")
    # os.read and not readline: its lock would outlive an interrupted question.
    reply = await asyncio.to_thread(os.read, sys.stdin.fileno(), 100)
    return (etag or blog.etag) if reply.strip().lower() in {b"y", b"yes"} else None


COMMANDS: Final[dict[str, Callable[[Api, CommandContext], Awaitable[Any]]]] = {
    "ls": ls,
    "show": show,
    "post": post,
    "edit": edit,
    "rm": remove,
}
WRITING: Final = frozenset({"post", "edit", "rm"})
"""Refused in read-only mode, before anything is read or asked."""
