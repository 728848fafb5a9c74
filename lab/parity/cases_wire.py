"""Cases of request lines and framing, most of which no HTTP library would send."""

from __future__ import annotations

from typing import Any

from lab.parity.case import MAX_ID_CHARACTERS, Case, blog_json, get, post

_KIB = 1024
_LONG_WORD = "x" * 9000
_LONG_ID = blog_json(id="<<long-fresh>>")
_WRITE_HEADERS = (
    b"Authorization: Bearer <<token>>\r\nContent-Type: application/json\r\nConnection: close\r\n"
)


def _lines(
    name: str,
    first: bytes,
    *lines: bytes,
    status: int,
    method: str = "GET",
    path: str = "/",
    **more: Any,
) -> Case:
    """Create a case with exactly these lines, a Host, and no body."""
    head = b"\r\n".join([first, b"Host: <<host>>", *lines, b"Connection: close"])
    return Case(name=name, method=method, path=path, raw=head + b"\r\n\r\n", status=status, **more)


def _post(name: str, *lines: bytes, body: bytes, status: int, **more: Any) -> Case:
    """Create a POST of exactly these framing headers and bytes."""
    first = b"POST <<base>>/blog HTTP/1.1\r\nHost: <<host>>\r\n"
    framing = b"".join(line + b"\r\n" for line in lines)
    return Case(
        name=name,
        method="POST",
        path="/blog",
        raw=first + _WRITE_HEADERS + framing + b"\r\n" + body,
        status=status,
        **more,
    )


def _chunked(*chunks: bytes, trailer: bytes = b"") -> bytes:
    sent = b"".join(b"%x\r\n%s\r\n" % (_size(chunk), chunk) for chunk in chunks)
    return sent + b"0\r\n" + trailer + b"\r\n"


def _size(chunk: bytes) -> int:
    """Return the size of a chunk whose placeholder has been replaced."""
    return len(chunk.replace(b"<<long-fresh>>", b"x" * MAX_ID_CHARACTERS))


TARGETS = [
    get("a path with dot segments: 404", "/blog/../blog", 404),
    get("a path that begins with a dot segment: 404", "/./blog", 404),
    get("encoded dot segments: 404", "/blog/%2E%2E/blog", 404),
    get("two slashes inside: 404", "/blog//a", 404),
    get("an empty query", "/?"),
    get("two question marks", "/??"),
    get("a query that is not UTF-8", "/?a=%FF"),
    get("a query that is not encoded", '/?a=[]|"<>^`{}'),
    get("a query of 2,000 members", "/?" + "&".join(["a=1"] * 2000)),
    get("a semicolon between parameters: 400", "/blog?limit=1;view=full", 400),
    get("a bad percent code in a path: 404", "/blog/a%zz", 404),
    get("half a percent code at the end: 404", "/blog/a%", 404),
    get("a percent code in lower case", "/blog/a%2e", 404),
    _lines(
        "a whole URL as target",
        b"GET http://<<host>><<base>>/ HTTP/1.1",
        status=200,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a fragment in the target",
        b"GET <<base>>/#a HTTP/1.1",
        status=404,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a byte outside ASCII in the target",
        b"GET <<base>>/blog/\xc3\xa9 HTTP/1.1",
        status=404,
        path="/blog/x",
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a space in the target",
        b"GET <<base>>/blog/a b HTTP/1.1",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a star as target of OPTIONS",
        b"OPTIONS * HTTP/1.1",
        status=404,
        method="OPTIONS",
        exceptions=("odd-request-lines",),
    ),
    _lines("HTTP/1.0", b"GET <<base>>/ HTTP/1.0", status=200),
    _lines("HTTP/1.2", b"GET <<base>>/ HTTP/1.2", status=200, exceptions=("odd-request-lines",)),
    _lines(
        "an unknown protocol",
        b"GET <<base>>/ HTTQ/1.1",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "two hosts",
        b"GET <<base>>/ HTTP/1.1",
        b"Host: other",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    Case(
        name="no host",
        path="/",
        raw=b"GET <<base>>/ HTTP/1.1\r\nConnection: close\r\n\r\n",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a line without a colon",
        b"GET <<base>>/ HTTP/1.1",
        b"nothing",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a space before the colon",
        b"GET <<base>>/ HTTP/1.1",
        b"X-Name : a",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a folded header",
        b"GET <<base>>/ HTTP/1.1",
        b"X-Name: a\r\n b",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "an empty header name",
        b"GET <<base>>/ HTTP/1.1",
        b": a",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a zero byte in a header",
        b"GET <<base>>/ HTTP/1.1",
        b"X-Name: a\x00b",
        status=400,
        exceptions=("odd-request-lines",),
    ),
    _lines(
        "a header that Connection names",
        b"GET <<base>>/ HTTP/1.1",
        b"Connection: x-name",
        b"X-Name: a",
        status=200,
    ),
]

FRAMING = [
    _post(
        "a body in chunks",
        b"Transfer-Encoding: chunked",
        body=_chunked(_LONG_ID[:9], _LONG_ID[9:]),
        status=201,
    ),
    _post(
        "chunks with extensions",
        b"Transfer-Encoding: chunked",
        body=b"2;a=b\r\n{}\r\n0\r\n\r\n",
        status=422,
    ),
    _post(
        "chunks with a trailer",
        b"Transfer-Encoding: chunked",
        body=_chunked(b"{}", trailer=b"X-Name: a\r\n"),
        status=422,
    ),
    _post(
        "a chunk of a wrong size",
        b"Transfer-Encoding: chunked",
        body=b"5\r\n{}\r\n0\r\n\r\n",
        status=400,
        exceptions=("framing",),
    ),
    _post(
        "a chunk size that is no number",
        b"Transfer-Encoding: chunked",
        body=b"zz\r\n{}\r\n0\r\n\r\n",
        status=400,
        exceptions=("framing",),
    ),
    _post(
        "another transfer coding",
        b"Transfer-Encoding: gzip",
        body=b"",
        status=400,
        exceptions=("transfer-codings",),
    ),
    _post(
        "chunked twice",
        b"Transfer-Encoding: chunked, chunked",
        body=_chunked(b"{}"),
        status=400,
        exceptions=("transfer-codings",),
    ),
    _post(
        "chunks and a length",
        b"Transfer-Encoding: chunked",
        b"Content-Length: 5",
        body=_chunked(b"{}"),
        status=400,
        exceptions=("framing",),
    ),
    _post(
        "the same length twice",
        b"Content-Length: 2",
        b"Content-Length: 2",
        body=b"{}",
        status=422,
        exceptions=("framing",),
    ),
    _post(
        "two lengths",
        b"Content-Length: 2",
        b"Content-Length: 3",
        body=b"{} ",
        status=400,
        exceptions=("framing",),
    ),
    _post(
        "a negative length", b"Content-Length: -1", body=b"{}", status=400, exceptions=("framing",)
    ),
    _post(
        "a length that is no number",
        b"Content-Length: 2x",
        body=b"{}",
        status=400,
        exceptions=("framing",),
    ),
    _post(
        "a length of 2 with a plus",
        b"Content-Length: +2",
        body=b"{}",
        status=400,
        exceptions=("framing",),
    ),
    _post("no length and no body", body=b"", status=400),
    _post(
        "text after the body", b"Content-Length: 2", body=b"{}GET / HTTP/1.1\r\n\r\n", status=422
    ),
    post("a body of 7 MiB: 413", b"x" * 7 * _KIB * _KIB, 413, exceptions=("large-body",)),
]
