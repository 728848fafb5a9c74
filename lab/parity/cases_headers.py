"""Cases of headers, methods and sizes."""

from __future__ import annotations

from lab.parity.case import NEW_BLOG, Case, get, head, other, post

_LONG_WORD = "x" * 9000

HEADERS = [
    get("Accept of another type is ignored", "/", headers={"Accept": "text/html"}),
    get("Accept-Encoding is ignored", "/blog/<<id>>", headers={"Accept-Encoding": "gzip, br"}),
    get("Range is ignored", "/blog/<<id>>", headers={"Range": "bytes=0-3"}),
    get(
        "an old date is no condition",
        "/blog/<<id>>",
        headers={"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ),
    get(
        "a date of the future is no condition",
        "/blog/<<id>>",
        headers={"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"},
    ),
    get(
        "If-Unmodified-Since is no condition",
        "/blog/<<id>>",
        headers={"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    ),
    get("cookies are ignored", "/", headers=(("Cookie", "a=1; b=2"), ("Cookie", "c=3"))),
    get("a token on a read is ignored", "/blog/<<id>>", headers={"Authorization": "Bearer wrong"}),
    get(
        "X-HTTP-Method-Override is ignored",
        "/blog/<<id>>",
        headers={"X-HTTP-Method-Override": "DELETE"},
    ),
    get(
        "a header of 9,000 characters",
        "/",
        headers={"X-Long": _LONG_WORD},
        exceptions=("long-heads",),
    ),
    get(
        "a header of 12,000 characters",
        "/",
        headers={"X-Long": "x" * 12_000},
        exceptions=("long-heads",),
    ),
    get("a path of 9,000 characters", "/blog/" + _LONG_WORD, 404, exceptions=("long-heads",)),
    get("a hundred headers", "/", headers=tuple((f"X-{number}", "x") for number in range(100))),
    get("a header with a byte outside ASCII", "/", headers={"X-Name": "\xe9"}),
    get("a header with UTF-8", "/", headers={"X-Name": "\xc3\xa9"}),
    get("a header with a tab", "/", headers={"X-Name": "a\tb"}),
    get("a header of white space", "/", headers={"X-Name": "   "}),
    get("Expect on a read", "/", headers={"Expect": "100-continue"}),
    get("an unknown Expect", "/", headers={"Expect": "200-ok"}),
    get(
        "Upgrade to HTTP/2 is ignored",
        "/",
        headers={"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQAAP__"},
    ),
    get(
        "forwarding headers are ignored",
        "/",
        headers={
            "X-Forwarded-For": "1.2.3.4",
            "X-Forwarded-Proto": "gopher",
            "Forwarded": "for=1.2.3.4",
        },
    ),
    post(
        "two tokens: 401",
        NEW_BLOG,
        401,
        (("Authorization", "Bearer <<token>>"), ("Authorization", "Bearer <<token>>")),
        no_token=True,
    ),
    post("the token after two spaces", NEW_BLOG, 201, {"Authorization": "Bearer  <<token>>"}),
    post("the token after a tab", NEW_BLOG, 401, {"Authorization": "Bearer\t<<token>>"}),
    post("Expect on a write", NEW_BLOG, 201, {"Expect": "100-continue"}),
    post("Accept of nothing that exists", NEW_BLOG, 201, {"Accept": "image/png"}),
]

METHODS = [
    *(
        other(f"{method} of a blog: 405", method, "/blog/a", 405, exceptions=("methods",))
        for method in ("TRACE", "PROPFIND", "LINK", "FOO")
    ),
    other("a method in lower case", "get", "/", 405, exceptions=("odd-request-lines",)),
    Case(name="GET with a body", path="/", body=b"{}", status=200),
    head("HEAD with a body", "/", body=b"{}"),
    Case(
        name="OPTIONS with a body",
        method="OPTIONS",
        path="/blog",
        body=b"x",
        status=204,
        exceptions=("plain-options",),
    ),
]
