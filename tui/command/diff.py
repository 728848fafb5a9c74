"""The command ``blogs diff``: send one request to both backends and compare the responses."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from lab.response_diff import HeaderPair
from tui import text
from tui.client.compare import FullComparison, PartialComparison, compare, table
from tui.client.contract import Api, Exchange, Request
from tui.client.failures import common_cause, error_response
from tui.client.request_trace import request_document
from tui.client.requests import blog_request, list_request
from tui.command import output
from tui.settings.backends import Backends
from tui.settings.values import BackendName


async def diff(apis: Mapping[BackendName, Api], backends: Backends, args: Namespace) -> bool:
    """Print how the responses differ. Return True if they are the same.

    If a backend does not respond, or both reject the request, raise that error.
    """

    async def send(name: BackendName, request: Request) -> Exchange:
        return await apis[name].exchange(request)

    found = await compare(blog_request(args.id) if args.id else list_request(args.limit), send)
    if isinstance(found, PartialComparison):
        if found.responses and not args.json:
            output.print_text("\n".join(_single_response(found)))
        raise common_cause(found.causes)
    _raise_refusal(found, backends)
    if args.json:
        output.print_json(_document(found))
    else:
        output.print_text("\n".join(_text(found)))
    return found.same


def _single_response(found: PartialComparison) -> list[str]:
    """Return the lines for the backend that did respond."""
    headers = [
        _header(name, value) for one in found.responses.values() for name, value in one.headers
    ]
    return [text.row(found.request.target), *_figures(found), *map(text.line, headers)]


def _raise_refusal(found: FullComparison, backends: Backends) -> None:
    entry = found.functions.entry
    if found.same and entry.failed:
        backend = backends.get(BackendName.FUNCTIONS)
        raise error_response(backend, found.request, found.functions)


def _document(found: FullComparison) -> dict[str, object]:
    return {
        "target": found.request.target,
        "same": found.same,
        "status": {name: getattr(found, name).status for name in BackendName},
        "headers": [_header_document(pair) for pair in found.headers if not pair.same],
        "body": list(found.body),
        "requests": [request_document(one.entry) for one in found.responses],
    }


def _header_document(pair: HeaderPair) -> dict[str, str | None]:
    return {**vars(pair), "reason": pair.reason}


def _text(found: FullComparison) -> list[str]:
    """Return the comparison as text, with the differences at the end."""
    lines = [text.row(found.request.target), *_figures(found)]
    expected = [pair.name for pair in found.headers if pair.reason and not pair.same]
    if expected:
        lines.append(f"headers that may differ: {', '.join(expected)}")
    for pair in found.unexpected:
        lines += [
            f"- {_header(pair.name, pair.functions)}",
            f"+ {_header(pair.name, pair.containers)}",
        ]
    lines += [text.line(line) for line in found.body]
    return [*lines, "the responses are the same" if found.same else "the responses differ"]


def _header(name: str, value: str | None) -> str:
    return f"no {name}" if value is None else f"{name}: {value}"


def _figures(found: FullComparison | PartialComparison) -> list[str]:
    rows = [
        ("times in ms", BackendName.FUNCTIONS.word, BackendName.CONTAINERS.word),
        *table(found),
    ]
    name_width, width = (max(len(row[column]) for row in rows) for column in (0, 1))
    return [f"{row[0]:<{name_width}}  {row[1]:<{width}}  {row[2]}" for row in rows]
