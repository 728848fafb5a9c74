"""Names and limits shared by the declaration of the table, both backends, and the docs.

Imports only typing, so that declaring the table loads no AWS client.
"""

from __future__ import annotations

from typing import Final

# The table: one item per blog.
TABLE_KEY: Final = "id"

# The feed: an index with one constant partition, sorted by "created_at#id".
FEED_INDEX: Final = "feed"
FEED_PARTITION: Final = "feed"
FEED_POSITION: Final = "feed_position"
FEED_VALUE: Final = "all"
NON_KEY_ATTRIBUTES: Final = (
    "title",
    "author",
    "created_at",
    "updated_at",
    "version",
    "contents_bytes",
)

# Limits of a blog.
ID_PATTERN: Final = "[A-Za-z0-9][A-Za-z0-9._~-]{0,127}"
MAX_ID_CHARACTERS: Final = 128
MAX_TITLE_CHARACTERS: Final = 200
MAX_AUTHOR_CHARACTERS: Final = 100
MAX_CONTENTS_BYTES: Final = 256 * 1024

# Limits of a request.
MAX_BODY_BYTES: Final = 2 * 1024 * 1024
MAX_JSON_DEPTH: Final = 32
MIN_LIMIT: Final = 1
MAX_LIMIT: Final = 100
DEFAULT_LIMIT: Final = 20

# A Lambda function returns at most 6 MB, including all escapes; a page stays well below.
MAX_PAGE_BYTES: Final = 5_500_000

# What pages of other origins may do. Not "*", which would not cover Authorization.
CORS_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
CORS_HEADERS: Final = ("authorization", "content-type", "if-match", "if-none-match")
CORS_EXPOSED_HEADERS: Final = ("etag", "link", "location", "server-timing", "x-served-by")
CORS_MAX_AGE_SECONDS: Final = 3600
