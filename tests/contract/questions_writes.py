"""Questions about bodies."""

from __future__ import annotations

from blog import schema
from tests.contract.question import JSON, delete, post, put, same, text

ID = schema.ID_PATTERN
KIB = 1024

_MEDIA = [
    ("no media type", None),
    ("plain text", "text/plain"),
    ("a form", "application/x-www-form-urlencoded"),
    ("another character set", "application/json; charset=iso-8859-1"),
    ("two character sets", "application/json; charset=utf-8; charset=latin1"),
    ("something behind the type", "application/json, text/plain"),
    ("a broken parameter", "application/json; charset"),
    ("a type that only begins like JSON", "application/jsonx"),
    ("json of another kind", "text/json"),
]
_GOOD_MEDIA = [
    "application/json;charset=UTF-8",
    'Application/JSON ; charset="utf-8"',
    "application/vnd.blog+json",
    'application/json; profile="a;b"; charset=utf-8',
    "application/json;",
]
_NO_JSON = [
    ("an empty body", b""),
    ("half an object", b'{"title": "a"'),
    ("NaN", text(x=1).replace(b"1", b"NaN")),
    ("minus Infinity", b'{"title":-Infinity}'),
    ("a byte order mark", b"\xef\xbb\xbf" + text()),
    ("a member twice", b'{"title":"a","title":"b","author":"","contents":""}'),
    ("a member twice, inside", b'{"version":{"a":1,"a":2},"title":"a","author":"","contents":""}'),
    ("nesting beyond the bound", b"[" * 33 + b"]" * 33),
    ("very deep nesting", b"[" * 100_000),
    ("a raw line end in a string", b'{"title":"a\nb","author":"","contents":""}'),
    ("single quotes", b"{'title':'a'}"),
    ("something after the object", text() + b"x"),
    ("a comma at the end", b'{"title":"a",}'),
]
_NO_BLOG = [
    ("an array", b"[]", None),
    ("a string", b'"x"', None),
    ("null", b"null", None),
    ("a huge integer", b"9" * 10_000, None),
    ("nesting within the bound", b"[" * 32 + b"]" * 32, None),
    ("no title", text(title=...), "title"),
    ("an empty title", text(title=""), "title"),
    ("a title of white space", text(title=" \t\n\u3000"), "title"),
    ("a title of 201 characters", text(title="😀" * 201), "title"),
    ("a title that is null", text(title=None), "title"),
    ("a title that is a number", text(title=1), "title"),
    ("a title that overflows", b'{"title":1e999,"author":"","contents":""}', "title"),
    ("minus zero as author", b'{"title":"a","author":-0,"contents":""}', "author"),
    ("no author", text(author=...), "author"),
    ("an author of 101 characters", text(author="a" * 101), "author"),
    ("an author that is a list", text(author=["a"]), "author"),
    ("no contents", text(contents=...), "contents"),
    ("contents one byte too long", text(contents="é" * (128 * KIB) + "x"), "contents"),
    ("contents that are an object", text(contents={}), "contents"),
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
    ("an unknown member", text(tags=[]), "tags"),
    ("an unknown member before a missing one", b'{"tags":1}', "tags"),
    ("half a surrogate pair as a member", b'{"\\ud800":1}', "\ufffd"),
    ("a member with a name of 101 letters", text(**{"n" * 101: 1}), "n" * 100),
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
        text(),
        201,
        answers={"location": f"blog/{ID}", "etag": '".+"', "content-type": JSON},
        check=same(title="A title", author="Someone", contents="Some words"),
    ),
    post(
        "a blog with an id",
        text(id="<<fresh>>"),
        201,
        says={"id": "<<fresh>>"},
        answers={"location": "blog/<<fresh>>"},
    ),
    post("an id of null is no id", text(id=None), 201, answers={"location": f"blog/{ID}"}),
    post("an empty id is no id", text(id=""), 201, answers={"location": f"blog/{ID}"}),
    post("an id of 128 characters", text(id="<<long-fresh>>"), 201),
    post("an id that is taken: 409", text(id="<<id>>"), 409),
    *(
        post(f"an id {what}: 422", text(id=value), 422, says={"field": "id"})
        for what, value in _BAD_IDS
    ),
    *(
        post(f"{what}: 422", body, 422, says={"field": name} if name else {})
        for what, body, name in _NO_BLOG
    ),
    *(post(f"{what}: 400", body, 400) for what, body in _NO_JSON),
    post(
        "no UTF-8: 400",
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
    *(post(f"{what}: 415", text(), 415, media=media) for what, media in _MEDIA),
    post(
        "a form with a foreign byte: 415", b"\x80", 415, media="application/x-www-form-urlencoded"
    ),
    post("a form in parts: 415", b"x" * 600_000, 415, media="multipart/form-data; boundary=x"),
    post(
        "a media type in two lines: 415",
        text(),
        415,
        (("Content-Type", JSON), ("Content-Type", "text/plain")),
        exceptions=("two-media-types",),
        media=None,
    ),
    post("an encoded body: 415", text(), 415, {"Content-Encoding": "gzip"}),
    post("a body that says it is not encoded", text(), 201, {"Content-Encoding": "identity"}),
    *(post(f"media type {media}", text(), 201, media=media) for media in _GOOD_MEDIA),
    post("a body over the limit: 413", b"x" * (schema.MAX_BODY_BYTES + 1), 413),
    post(
        "the size comes before the media type: 413",
        b"x" * (schema.MAX_BODY_BYTES + 1),
        413,
        media="text/plain",
    ),
    post("a body at the limit is read: 400", b"x" * schema.MAX_BODY_BYTES, 400),
    post(
        "the longest contents, every character escaped",
        text(contents="\x01" * (256 * KIB)),
        201,
        check=same(contents="\x01" * (256 * KIB)),
    ),
    post("a title of 200 emoji", text(title="😀" * 200), 201, check=same(title="😀" * 200)),
    post(
        "every kind of character is kept",
        text(title="\x00 \u2028\u202e\ufeff", author="\U0010ffff", contents="a\r\n\t\x7f\ufffe😀é"),
        201,
        check=same(
            title="\x00 \u2028\u202e\ufeff", author="\U0010ffff", contents="a\r\n\t\x7f\ufffe😀é"
        ),
    ),
    post(
        "empty author and contents",
        text(author="", contents=""),
        201,
        check=same(author="", contents=""),
    ),
    post(
        "members of ours are ignored", text(created_at=1, updated_at=None, version={"a": []}), 201
    ),
    post(
        "ignored numbers of any size",
        text(version=...)[:-1] + b',"version":1e999,"created_at":' + b"9" * 5000 + b"}",
        201,
    ),
    put(
        "a replacement",
        text(title="New"),
        200,
        says={"id": "<<id>>", "title": "New"},
        answers={"etag": '".+"', "location": None},
    ),
    put("the path's id in the body", text(id="<<id>>"), 200),
    put("an id of null in a PUT", text(id=None), 200),
    put("another id in the body: 422", text(id="another"), 422, says={"field": "id"}),
    put("an empty id in a PUT: 422", text(id=""), 422, says={"field": "id"}),
    put("a list as id in a PUT: 422", text(id=["<<id>>"]), 422, says={"field": "id"}),
    put("PUT to an unknown blog: 404", text(), 404, path="/blog/<<fresh>>"),
    put("PUT of half a blog: 422", text(contents=...), 422, says={"field": "contents"}),
    put("PUT of no JSON: 400 before 404", b"{", 400, path="/blog/<<fresh>>"),
    put("PUT without a media type: 415", text(), 415, media=None),
    put("PUT over the limit: 413", b"x" * (schema.MAX_BODY_BYTES + 1), 413),
    delete("DELETE", 204),
    delete("DELETE of an unknown blog: 404", 404, path="/blog/<<fresh>>"),
    delete("DELETE does not care for a body", 204),
]
