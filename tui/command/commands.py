"""The commands that work on one backend, and `blogs outputs`."""

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
from tui.command.parser import UsageError
from tui.settings.backends import Backends
from tui.settings.comparability import Comparability
from tui.settings.connections import Connections
from tui.settings.preferences import Setting, client_settings
from tui.settings.values import DEFAULT_SOURCE, BackendName

_NOTHING_TO_CHANGE: Final = (
    "Nothing to change. Use --title, --author or --file, or pipe the new contents to the command."
)


@dataclass(kw_only=True)
class CommandContext:
    """The input of one command, and its progress."""

    args: Namespace
    backend: BackendName
    contents: str | None
    """The text from --file or stdin; None if the command reads none."""
    requests: list[LogEntry] = field(default_factory=list)
    writing: str | None = None
    """The id of the blog that is being written."""

    def show(self, human: str, **document: object) -> None:
        """Print the result as text, or as JSON with --json."""
        if self.args.json:
            requests = [request_document(entry) for entry in self.requests]
            output.print_json({"backend": self.backend, **document, "requests": requests})
        else:
            output.print_text(human)


def read_contents(args: Namespace) -> str | None:
    """Return the text from --file or stdin; None if the command takes none."""
    name = getattr(args, "file", None)
    if name is not None:
        return _read(name)
    if args.command == "edit" and args.title is None and args.author is None and _is_piped():
        return _read("-") or None
    return None


def _is_piped() -> bool:
    return sys.stdin is not None and not sys.stdin.isatty()


def _read(name: str) -> str:
    source = "Standard input" if name == "-" else name
    try:
        data = _read_stdin() if name == "-" else _read_file(Path(name))
    except OSError as error:
        raise UsageError(f"Cannot read {name} (from --file): {error.strerror}.") from error
    if len(data) > LARGEST_CONTENTS:
        raise UsageError(f"{source} is too large. The limit is {LARGEST_CONTENTS:,} bytes.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is not UTF-8 text: byte {error.start} is invalid.") from error


def _read_file(file: Path) -> bytes:
    """Read one byte more than the limit, and no further: some files never end."""
    with file.open("rb") as stream:
        return stream.read(LARGEST_CONTENTS + 1)


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise UsageError("Standard input is closed. Use --file to read the contents from a file.")
    if sys.stdin.isatty():
        output.print_stderr("Enter the contents, then press Ctrl-D on a new line. Ctrl-C cancels.")
    return sys.stdin.buffer.read(LARGEST_CONTENTS + 1)


def outputs(found: Backends, connections: Connections, args: Namespace) -> None:
    """Print the URLs of the backends and all other settings, with their sources."""
    if args.json:
        settings = client_settings(connections.preferences, connections.finder)
        output.print_json(_outputs_document(found, settings))
        return
    show_settings(connections.settings(found))


def show_settings(rows: Sequence[Setting]) -> None:
    """Print each setting with its value and its source."""
    width = max(len(row.name) for row in rows)
    for row in rows:
        source = {"-": "", DEFAULT_SOURCE: "  (default)"}.get(row.source, f"  (from {row.source})")
        output.print_text(text.line(f"{row.name.ljust(width)}  {row.value}{source}"))


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
            "folder": str(deployment.folder) if deployment.folder else None,
            "named_by": deployment.chosen_by or None,
        },
        "comparison": Comparability.of(found.outputs).document,
        "settings": {
            setting.name: {"value": setting.value, "source": setting.source} for setting in settings
        },
    }


async def ls(api: Api, context: CommandContext) -> None:
    """List blogs, one page at a time."""
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
    _finish_list(context, blogs, count=count, more=more)


def _finish_list(
    context: CommandContext, blogs: list[dict[str, str]], *, count: int, more: bool
) -> None:
    if context.args.json:
        context.show("", blogs=blogs, more=more)
    elif count == 0:
        output.print_stderr("No blogs yet. To create one, run: blogs post --title TITLE")
    elif more:
        output.print_stderr(
            f"Showing the newest {text.count(count, 'blog')}. For more, use --limit N or --all."
        )


async def show(api: Api, context: CommandContext) -> None:
    """Show one blog."""
    blog = await api.read(context.args.id)
    context.show(output.blog_text(blog), blog=output.blog_document(blog), etag=blog.etag)


async def post(api: Api, context: CommandContext) -> None:
    """Create a blog. Its id is chosen before the request, so a lost response can be checked."""
    args = context.args
    draft = Draft(
        id=args.id or new_id(),
        title=args.title,
        author=args.author,
        contents=context.contents or "",
    )
    await _write(context, draft, lambda writes: writes.create(api, draft), "Posted")


async def edit(api: Api, context: CommandContext) -> None:
    """Change the given fields. Fail if the blog changes between reading and writing."""
    args = context.args
    if args.title is None and args.author is None and context.contents is None:
        raise UsageError(_NOTHING_TO_CHANGE)
    blog = await api.read(args.id)
    draft = Draft(
        id=blog.id,
        title=blog.title if args.title is None else args.title,
        author=blog.author if args.author is None else args.author,
        contents=blog.contents if context.contents is None else context.contents,
    )
    etag = args.if_match or blog.etag
    await _write(context, draft, lambda writes: writes.replace(api, draft, etag), "Saved")


async def _write(
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
    """Delete a blog. Without --yes, ask first, and delete only the version that was read."""
    args = context.args
    etag: str | None = args.if_match
    if not args.yes:
        etag = await _confirmed_etag(api, context, etag)
        if etag is None:
            output.print_stderr("Nothing was deleted.")
            return
    context.writing = args.id
    read_back = await Writes().delete(api, args.id, etag)
    context.writing = None
    context.show(f"Deleted {text.row(args.id)}", deleted=args.id, read_back=read_back)


async def _confirmed_etag(api: Api, context: CommandContext, etag: str | None) -> str | None:
    """Ask for confirmation. Return the ETag of the blog to delete, or None to keep it."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "Cannot ask for confirmation because stdin is not a terminal. "
            "Use --yes to delete without confirmation."
        )
    blog = await api.read(context.args.id)
    output.print_stderr(f"Delete “{text.title(blog.title)}” from {context.backend.word}? [y/N]")
    # os.read instead of readline, whose lock would stay held after an interrupt.
    reply = await asyncio.to_thread(os.read, sys.stdin.fileno(), 100)
    return (etag or blog.etag) if reply.strip().lower() in {b"y", b"yes"} else None


COMMANDS: Final[dict[str, Callable[[Api, CommandContext], Awaitable[Any]]]] = {
    "ls": ls,
    "show": show,
    "post": post,
    "edit": edit,
    "rm": remove,
}
WRITES: Final = frozenset({"post", "edit", "rm"})
"""The commands that fail in read-only mode, before they read input or send a request."""
