"""Cases of request bodies."""

from __future__ import annotations

from lab.parity.case import (
    ID_PATTERN,
    JSON,
    MAX_BODY_BYTES,
    NEW_BLOG,
    blog_json,
    delete,
    has,
    post,
    put,
)

KIB = 1024

_MEDIA = [
    ("no media type", None),
    ("plain text", "text/plain"),
    ("a form", "application/x-www-form-urlencoded"),
    ("another character set", "application/json; charset=iso-8859-1"),
    ("two character sets", "application/json; charset=utf-8; charset=latin1"),
    ("text after the type", "application/json, text/plain"),
    ("a broken parameter", "application/json; charset"),
    ("a type that starts like JSON", "application/jsonx"),
    ("another JSON type", "text/json"),
]
_GOOD_MEDIA = [
    "application/json;charset=UTF-8",
    'Application/JSON ; charset="utf-8"',
    "application/vnd.blog+json",
    'application/json; profile="a;b"; charset=utf-8',
    "application/json;",
]
_NOT_JSON = [
    ("an empty body", b""),
    ("half an object", b'{"title": "a"'),
    ("NaN", blog_json(x=1).replace(b"1", b"NaN")),
    ("minus Infinity", b'{"title":-Infinity}'),
    ("a byte order mark", b"\xef\xbb\xbf" + blog_json()),
    ("a member twice", b'{"title":"a","title":"b","author":"","contents":""}'),
    ("a member twice, inside", b'{"version":{"a":1,"a":2},"title":"a","author":"","contents":""}'),
    ("nesting over the limit", b"[" * 33 + b"]" * 33),
    ("very deep nesting", b"[" * 100_000),
    ("a raw line end in a string", b'{"title":"a\nb","author":"","contents":""}'),
    ("single quotes", b"{'title':'a'}"),
    ("text after the object", blog_json() + b"x"),
    ("a comma at the end", b'{"title":"a",}'),
]
_NOT_BLOGS = [
    ("an array", b"[]", None),
    ("a string", b'"x"', None),
    ("null", b"null", None),
    ("a huge integer", b"9" * 10_000, None),
    ("nesting at the limit", b"[" * 32 + b"]" * 32, None),
    ("no title", blog_json(title=...), "title"),
    ("an empty title", blog_json(title=""), "title"),
    ("a title of white space", blog_json(title=" \t\n\u3000"), "title"),
    ("a title of 201 characters", blog_json(title="😀" * 201), "title"),
    ("a title that is null", blog_json(title=None), "title"),
    ("a title that is a number", blog_json(title=1), "title"),
    ("a title that overflows", b'{"title":1e999,"author":"","contents":""}', "title"),
    ("minus zero as author", b'{"title":"a","author":-0,"contents":""}', "author"),
    ("no author", blog_json(author=...), "author"),
    ("an author of 101 characters", blog_json(author="a" * 101), "author"),
    ("an author that is a list", blog_json(author=["a"]), "author"),
    ("no contents", blog_json(contents=...), "contents"),
    ("contents one byte too long", blog_json(contents="é" * (128 * KIB) + "x"), "contents"),
    ("contents that are an object", blog_json(contents={}), "contents"),
    (
        "half a surrogate pair in the title",
        b'{"title":"\\ud800","author":"","contents":""}',
        "title",
    ),
    (
        "half a surrogate pair in the contents",
        b'{"title":"a","author":"","contents":"x\\udc00y"}',
        "contents",
    ),
    ("an unknown member", blog_json(tags=[]), "tags"),
    ("an unknown member before a missing one", b'{"tags":1}', "tags"),
    ("half a surrogate pair as a member", b'{"\\ud800":1}', "\ufffd"),
    ("a member with a name of 101 letters", blog_json(**{"n" * 101: 1}), "n" * 100),
]
_BAD_IDS = [
    ("with a slash", "a/b"),
    ("that begins with a dot", ".a"),
    ("with a line end", "a\n"),
    ("of 129 characters", "a" * 129),
    ("that is a number", 5),
    ("with a space", "a b"),
    ("in Cyrillic", "я"),
    ("that is false", False),
]

BODIES = [
    post(
        "a blog without an id",
        blog_json(),
        201,
        response_headers={"location": f"blog/{ID_PATTERN}", "etag": '".+"', "content-type": JSON},
        check=has(title="A title", author="Someone", contents="Some words"),
    ),
    post(
        "a blog with an id",
        blog_json(id="<<fresh>>"),
        201,
        members={"id": "<<fresh>>"},
        response_headers={"location": "blog/<<fresh>>"},
    ),
    post(
        "an id of null is the same as none",
        blog_json(id=None),
        201,
        response_headers={"location": f"blog/{ID_PATTERN}"},
    ),
    post(
        "an empty id is the same as none",
        blog_json(id=""),
        201,
        response_headers={"location": f"blog/{ID_PATTERN}"},
    ),
    post("an id of 128 characters", blog_json(id="<<long-fresh>>"), 201),
    post("an id that is taken: 409", blog_json(id="<<id>>"), 409),
    *(
        post(f"an id {what}: 422", blog_json(id=value), 422, members={"field": "id"})
        for what, value in _BAD_IDS
    ),
    *(
        post(f"{what}: 422", body, 422, members={"field": name} if name else {})
        for what, body, name in _NOT_BLOGS
    ),
    *(post(f"{what}: 400", body, 400) for what, body in _NOT_JSON),
    post(
        "not UTF-8: 400",
        b'{"title":"\xff","author":"","contents":""}',
        400,
        exceptions=("replaced-bytes",),
    ),
    post(
        "an encoded surrogate: 400",
        b'{"title":"\xed\xa0\x80","author":"","contents":""}',
        400,
        exceptions=("replaced-bytes",),
    ),
    *(post(f"{what}: 415", blog_json(), 415, media=media) for what, media in _MEDIA),
    post(
        "a form with a byte that is not UTF-8: 415",
        b"\x80",
        415,
        media="application/x-www-form-urlencoded",
    ),
    post("a form in parts: 415", b"x" * 600_000, 415, media="multipart/form-data; boundary=x"),
    post(
        "a media type in two lines: 415",
        blog_json(),
        415,
        (("Content-Type", JSON), ("Content-Type", "text/plain")),
        exceptions=("two-media-types",),
        media=None,
    ),
    post("an encoded body: 415", blog_json(), 415, {"Content-Encoding": "gzip"}),
    post("a body with the encoding identity", NEW_BLOG, 201, {"Content-Encoding": "identity"}),
    *(post(f"media type {media}", NEW_BLOG, 201, media=media) for media in _GOOD_MEDIA),
    post("a body over the limit: 413", b"x" * (MAX_BODY_BYTES + 1), 413),
    post(
        "the size comes before the media type: 413",
        b"x" * (MAX_BODY_BYTES + 1),
        413,
        media="text/plain",
    ),
    post("a body at the limit is read: 400", b"x" * MAX_BODY_BYTES, 400),
    post(
        "the longest contents, every character escaped",
        blog_json(id="<<fresh>>", contents="\x01" * (256 * KIB)),
        201,
        check=has(contents="\x01" * (256 * KIB)),
    ),
    post(
        "a title of 200 emoji",
        blog_json(id="<<fresh>>", title="😀" * 200),
        201,
        check=has(title="😀" * 200),
    ),
    post(
        "every kind of character is stored",
        blog_json(
            id="<<fresh>>",
            title="\x00 \u2028\u202e\ufeff",
            author="\U0010ffff",
            contents="a\r\n\t\x7f\ufffe😀é",
        ),
        201,
        check=has(
            title="\x00 \u2028\u202e\ufeff", author="\U0010ffff", contents="a\r\n\t\x7f\ufffe😀é"
        ),
    ),
    post(
        "empty author and contents",
        blog_json(id="<<fresh>>", author="", contents=""),
        201,
        check=has(author="", contents=""),
    ),
    post(
        "members that the server sets are ignored",
        blog_json(id="<<fresh>>", created_at=1, updated_at=None, version={"a": []}),
        201,
    ),
    post(
        "ignored numbers of any size",
        NEW_BLOG[:-1] + b',"version":1e999,"created_at":' + b"9" * 5000 + b"}",
        201,
    ),
    put(
        "a replacement",
        blog_json(title="New"),
        200,
        members={"id": "<<id>>", "title": "New"},
        response_headers={"etag": '".+"', "location": None},
    ),
    put("the path's id in the body", blog_json(id="<<id>>"), 200),
    put("an id of null in a PUT", blog_json(id=None), 200),
    put("another id in the body: 422", blog_json(id="another"), 422, members={"field": "id"}),
    put("an empty id in a PUT: 422", blog_json(id=""), 422, members={"field": "id"}),
    put("a list as id in a PUT: 422", blog_json(id=["<<id>>"]), 422, members={"field": "id"}),
    put("PUT to an unknown blog: 404", blog_json(), 404, path="/blog/<<fresh>>"),
    put("PUT of half a blog: 422", blog_json(contents=...), 422, members={"field": "contents"}),
    put("PUT of invalid JSON: 400 before 404", b"{", 400, path="/blog/<<fresh>>"),
    put("PUT without a media type: 415", blog_json(), 415, media=None),
    put("PUT over the limit: 413", b"x" * (MAX_BODY_BYTES + 1), 413),
    delete("DELETE", 204),
    delete("DELETE of an unknown blog: 404", 404, path="/blog/<<fresh>>"),
    delete("the body of DELETE is ignored", 204, body=b"{"),
]
