"""Cases of paths, methods, CORS, lists and single blogs."""

from __future__ import annotations

from lab.parity.case import ANY, JSON, cursor, get, head, other

_POSITION = "2026-01-02T03:04:05.678901Z#some-id"
# API Gateway decodes these paths differently.
_DECODED = ("/blog/%2541", "/blog/a%3Fb", "/blog/a%25b")
_UNKNOWN = [
    ("an unknown path", "/nope"),
    ("a path below a blog", "/blog/<<id>>/more"),
    ("the list with a slash at the end", "/blog/"),
    ("a blog with a slash at the end", "/blog/<<id>>/"),
    ("the list after two slashes", "//blog"),
    ("a path in another case", "/Blog"),
    ("the plural of the list", "/blogs"),
    ("an encoded slash in an id", "/blog/a%2Fb"),
    ("an id that is encoded twice", "/blog/%2541"),
    ("a space in an id", "/blog/a%20b"),
    ("a question mark in an id", "/blog/a%3Fb"),
    ("an emoji as id", "/blog/%F0%9F%98%80"),
    ("a path that is not UTF-8", "/blog/%FF"),
    ("a quotation mark in an id", "/blog/a%22b"),
    ("a backslash in an id", "/blog/a%5Cb"),
    ("a line end after an id", "/blog/a%0A"),
    ("a zero byte in an id", "/blog/a%00"),
    ("an id that begins with a dot", "/blog/.a"),
    ("an id of 129 characters", "/blog/" + "a" * 129),
    ("a percent sign in an id", "/blog/a%25b"),
    ("a plus sign in an id", "/blog/a+b"),
    ("an encoded slash before an id", "/blog%2F<<id>>"),
    ("an encoded slash, in lower case", "/blog%2f<<id>>"),
]


def _all_have_contents(blogs: list[dict[str, object]]) -> bool:
    return all("contents" in blog for blog in blogs)


PATHS = [
    *(
        get(
            f"{what}: 404",
            path,
            404,
            exceptions=("path-decoding",) if path in _DECODED else (),
        )
        for what, path in _UNKNOWN
    ),
    *(
        other(f"{what}, {method}: still 404", method, path, 404)
        for method, (what, path) in zip(
            ("PUT", "DELETE", "POST", "PATCH"), (_UNKNOWN[i] for i in (7, 9, 2, 0)), strict=True
        )
    ),
    get("an id with every legal punctuation: as any other", "/blog/a._~-", 404),
    get("an encoded letter is the letter", "/blog/<<percent-id>>", members={"id": "<<id>>"}),
    other(
        "POST to one blog: 405",
        "POST",
        "/blog/<<id>>",
        405,
        response_headers={"allow": "GET, HEAD, PUT, DELETE, OPTIONS"},
    ),
    other(
        "PUT to the list: 405",
        "PUT",
        "/blog",
        405,
        response_headers={"allow": "GET, HEAD, POST, OPTIONS"},
    ),
    other(
        "DELETE of the list: 405",
        "DELETE",
        "/blog",
        405,
        response_headers={"allow": "GET, HEAD, POST, OPTIONS"},
    ),
    other(
        "PATCH of a blog: 405 before 401",
        "PATCH",
        "/blog/<<id>>",
        405,
        response_headers={"allow": ANY},
    ),
    other(
        "POST to health: 405", "POST", "/", 405, response_headers={"allow": "GET, HEAD, OPTIONS"}
    ),
    other(
        "OPTIONS of health",
        "OPTIONS",
        "/",
        204,
        response_headers={"allow": "GET, HEAD, OPTIONS"},
        exceptions=("plain-options",),
    ),
    other(
        "OPTIONS of the list",
        "OPTIONS",
        "/blog",
        204,
        response_headers={"allow": "GET, HEAD, POST, OPTIONS"},
        exceptions=("plain-options",),
    ),
    other(
        "OPTIONS of a blog",
        "OPTIONS",
        "/blog/<<id>>",
        204,
        response_headers={"allow": "GET, HEAD, PUT, DELETE, OPTIONS"},
        exceptions=("plain-options",),
    ),
    other(
        "OPTIONS of an unknown path: 404", "OPTIONS", "/nope", 404, exceptions=("plain-options",)
    ),
    other(
        "a preflight",
        "OPTIONS",
        "/blog/<<id>>",
        204,
        headers=(
            ("Origin", "https://page.example"),
            ("Access-Control-Request-Method", "DELETE"),
            ("Access-Control-Request-Headers", "authorization,if-match"),
        ),
        response_headers={
            "access-control-allow-origin": r"\*",
            "access-control-allow-methods": "(?i).*DELETE.*",
            "access-control-allow-headers": "(?i).*authorization.*if-match.*",
            "access-control-allow-credentials": None,
            "access-control-expose-headers": None,
        },
        exceptions=("preflight",),
    ),
    other(
        "a preflight on an unknown path",
        "OPTIONS",
        "/nope",
        204,
        headers=(("Origin", "https://page.example"), ("Access-Control-Request-Method", "GET")),
        response_headers={"access-control-allow-origin": r"\*"},
        exceptions=("preflight",),
    ),
    get(
        "a response to a page of another origin",
        "/",
        headers={"Origin": "https://page.example"},
        response_headers={
            "access-control-allow-origin": r"\*",
            "access-control-expose-headers": "(?i).*etag.*link.*location.*-timing.*-served-by.*",
        },
        exceptions=("cors-headers",),
    ),
]

READS = [
    get(
        "health",
        "/",
        members={"status": "ok"},
        response_headers={"cache-control": "no-cache", "etag": None},
    ),
    get("health with a query", "/?limit=nope", members={"status": "ok"}),
    head("HEAD of health", "/"),
    get(
        "the list",
        "/blog",
        response_headers={"etag": '".+"', "cache-control": "no-cache", "content-type": JSON},
        check=lambda body: isinstance(body, list),
    ),
    head(
        "HEAD of the list",
        "/blog",
        response_headers={"etag": '".+"', "cache-control": "no-cache", "content-type": JSON},
    ),
    get(
        "one blog a page",
        "/blog?limit=1&for=<<id>>",
        check=lambda body: len(body) <= 1 and _all_have_contents(body),
    ),
    get("the largest page", "/blog?limit=100", check=lambda body: len(body) <= 100),
    get(
        "summaries",
        "/blog?view=summary&for=<<id>>",
        check=lambda body: not any("contents" in one for one in body),
    ),
    get("full view by name", "/blog?view=full&for=<<id>>", check=_all_have_contents),
    get("unknown parameters are ignored", "/blog?foo=1&foo=2&limits=0&limit=3"),
    get("an encoded parameter", "/blog?%6cimit=%31", check=lambda body: len(body) <= 1),
    get(
        "a cursor of a blog that is gone",
        f"/blog?cursor={cursor(_POSITION)}",
        check=lambda body: isinstance(body, list),
    ),
    *(
        get(f"{what}: 400", f"/blog?{query}", 400, members={"parameter": parameter})
        for what, query, parameter in [
            ("limit 0", "limit=0", "limit"),
            ("limit 101", "limit=101", "limit"),
            ("limit -1", "limit=-1", "limit"),
            ("limit +5", "limit=+5", "limit"),
            ("an encoded plus in limit", "limit=%2B5", "limit"),
            ("limit 1.0", "limit=1.0", "limit"),
            ("limit 1e1", "limit=1e1", "limit"),
            ("limit 007", "limit=007", "limit"),
            ("an empty limit", "limit=", "limit"),
            ("limit without a value", "limit", "limit"),
            ("Arabic digits in limit", "limit=%D9%A5", "limit"),
            ("4500 digits in limit", "limit=" + "1" * 4500, "limit"),
            ("limit twice", "limit=5&limit=5", "limit"),
            ("limit twice, once encoded", "limit=5&%6Cimit=6", "limit"),
            ("an empty cursor", "cursor=", "cursor"),
            ("a cursor of rubbish", "cursor=%00%FF", "cursor"),
            ("a cursor with padding", f"cursor={cursor(_POSITION)}%3D", "cursor"),
            (
                "a cursor with a character that does not belong",
                f"cursor={cursor(_POSITION)}!",
                "cursor",
            ),
            (
                "a cursor without an id",
                f"cursor={cursor('2026-01-02T03:04:05.678901Z#')}",
                "cursor",
            ),
            (
                "a cursor of 13 months",
                f"cursor={cursor('2026-13-02T03:04:05.678901Z#a')}",
                "cursor",
            ),
            ("a cursor that is no position", f"cursor={cursor('hello')}", "cursor"),
            ("a cursor twice", f"cursor={cursor(_POSITION)}&cursor={cursor(_POSITION)}", "cursor"),
            ("an unknown view", "view=short", "view"),
            ("an empty view", "view=", "view"),
            ("a view twice", "view=full&view=full", "view"),
        ]
    ),
    head("HEAD with a bad limit: 400", "/blog?limit=0", 400),
    get(
        "a blog",
        "/blog/<<id>>",
        members={"id": "<<id>>", "title": "A title"},
        response_headers={"etag": "<<tag>>", "cache-control": "no-cache", "content-type": JSON},
    ),
    head(
        "HEAD of a blog", "/blog/<<id>>", response_headers={"etag": "<<tag>>", "content-type": JSON}
    ),
    get("an unknown blog: 404", "/blog/<<fresh>>", 404),
    head("HEAD of an unknown blog: 404", "/blog/<<fresh>>", 404),
]
