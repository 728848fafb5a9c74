"""Cases of conditions and tokens."""

from __future__ import annotations

from lab.parity.case import MAX_BODY_BYTES, NEW_BLOG, blog_json, delete, get, head, post, put

_MATCHING = [
    ("the tag", "<<tag>>"),
    ("a weak tag", "W/<<tag>>"),
    ("a list", '"nope", <<tag>>'),
    ("a list without spaces", 'W/"a,b",<<tag>>,"z"'),
    ("a star", "*"),
    ("a tag after rubbish", "rubbish, <<tag>>"),
]

CONDITIONS = [
    *(
        get(
            f"If-None-Match with {what}: 304",
            "/blog/<<id>>",
            304,
            {"If-None-Match": value},
            response_headers={"etag": "<<tag>>", "cache-control": "no-cache"},
        )
        for what, value in _MATCHING
    ),
    get(
        "If-None-Match in two lines: 304",
        "/blog/<<id>>",
        304,
        (("If-None-Match", '"nope"'), ("If-None-Match", "<<tag>>")),
    ),
    head(
        "HEAD with If-None-Match: 304",
        "/blog/<<id>>",
        304,
        {"If-None-Match": "<<tag>>"},
        response_headers={"etag": "<<tag>>"},
    ),
    get("If-None-Match with another tag: 200", "/blog/<<id>>", 200, {"If-None-Match": '"nope"'}),
    get(
        "If-None-Match without quotes matches nothing",
        "/blog/<<id>>",
        200,
        {"If-None-Match": "<<bare-tag>>"},
    ),
    get("If-None-Match on an unknown blog: 404", "/blog/<<fresh>>", 404, {"If-None-Match": "*"}),
    get(
        "If-None-Match on the list: 304",
        "/blog",
        304,
        {"If-None-Match": "*"},
        response_headers={"etag": '".+"'},
    ),
    head("HEAD of the list with If-None-Match: 304", "/blog", 304, {"If-None-Match": "*"}),
    get("If-Match with another tag on a read: 412", "/blog/<<id>>", 412, {"If-Match": '"nope"'}),
    head("HEAD with If-Match of another tag: 412", "/blog/<<id>>", 412, {"If-Match": '"nope"'}),
    get("If-Match with another tag on the list: 412", "/blog", 412, {"If-Match": '"nope"'}),
    head("HEAD of the list with If-Match: 412", "/blog", 412, {"If-Match": '"nope"'}),
    put(
        "If-Match holds",
        blog_json(title="New"),
        200,
        {"If-Match": "<<tag>>"},
        members={"title": "New"},
        response_headers={"etag": '".+"'},
    ),
    put("If-Match with a list holds", blog_json(), 200, {"If-Match": '"nope", <<tag>>'}),
    put("If-Match with a star holds", blog_json(), 200, {"If-Match": "*"}),
    put("If-Match with a weak tag: 412", blog_json(), 412, {"If-Match": "W/<<tag>>"}),
    put("If-Match with another tag: 412", blog_json(), 412, {"If-Match": '"nope"'}),
    put(
        "If-Match that is empty: 412",
        blog_json(),
        412,
        {"If-Match": ""},
        exceptions=("empty-headers",),
    ),
    put("If-None-Match with a star: 412", blog_json(), 412, {"If-None-Match": "*"}),
    put("If-None-Match with a weak tag: 412", blog_json(), 412, {"If-None-Match": "W/<<tag>>"}),
    put("If-None-Match with another tag holds", blog_json(), 200, {"If-None-Match": '"nope"'}),
    put(
        "If-Match on an unknown blog: 404",
        blog_json(),
        404,
        {"If-Match": '"nope"'},
        path="/blog/<<fresh>>",
    ),
    delete(
        "DELETE with If-Match holds",
        204,
        {"If-Match": "<<tag>>"},
        response_headers={"content-type": None},
        exceptions=("type-of-nothing",),
    ),
    delete("DELETE with If-Match of another tag: 412", 412, {"If-Match": '"nope"'}),
    delete("DELETE with If-None-Match: 412", 412, {"If-None-Match": "<<tag>>"}),
]

_BAD_AUTHORIZATION = [
    ("no token", None),
    ("a wrong token", "Bearer wrong"),
    ("a scheme without a token", "Bearer"),
    ("the token alone", "<<token>>"),
    ("another scheme", "Basic <<token>>"),
    ("the token and more", "Bearer <<token>>x"),
]

TOKENS = [
    *(
        post(
            f"{what}: 401",
            blog_json(),
            401,
            {"Authorization": value} if value else (),
            no_token=True,
            response_headers={"www-authenticate": "Bearer"},
            exceptions=("renamed-headers",),
        )
        for what, value in _BAD_AUTHORIZATION
    ),
    post(
        "the token in the query: 401",
        blog_json(),
        401,
        no_token=True,
        path="/blog?access_token=<<token>>",
    ),
    post(
        "the token comes before the size: 401",
        b"x" * (MAX_BODY_BYTES + 1),
        401,
        {"Authorization": "Bearer no"},
    ),
    put(
        "PUT without a token: 401, known or not",
        blog_json(),
        401,
        no_token=True,
        path="/blog/<<fresh>>",
    ),
    delete("DELETE without a token: 401", 401, no_token=True),
    post("the scheme in another case", NEW_BLOG, 201, {"Authorization": "bEARER <<token>>"}),
]
