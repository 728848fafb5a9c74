"""All cases of the contract."""

from __future__ import annotations

from lab.parity.case import blog_json, delete, get, head, post, put
from lab.parity.cases_headers import HEADERS, METHODS
from lab.parity.cases_reads import PATHS, READS
from lab.parity.cases_rules import CONDITIONS, TOKENS
from lab.parity.cases_wire import FRAMING, TARGETS
from lab.parity.cases_writes import BODIES

# What the backends respond themselves.
API = (*PATHS, *READS, *CONDITIONS, *TOKENS, *BODIES)
# Also what the servers in front of them respond.
CASES = (*API, *HEADERS, *METHODS, *TARGETS, *FRAMING)

# For backends without a database, and for backends without their table.
WITHOUT_DATABASE = (
    get("health without a database", "/"),
    get(
        "the list without a database: 503", "/blog", 503, response_headers={"retry-after": "[1-9]"}
    ),
    head("HEAD of the list without a database: 503", "/blog", 503),
    get("a blog without a database: 503", "/blog/a", 503),
    head("HEAD of a blog without a database: 503", "/blog/a", 503),
    post("POST without a database: 503", blog_json(), 503),
    put("PUT without a database: 503", blog_json(), 503, path="/blog/a"),
    delete("DELETE without a database: 503", 503, path="/blog/a"),
)
WITHOUT_TABLE = (
    get("health without a table", "/"),
    get("the list without a table: 500", "/blog", 500),
    head("HEAD of the list without a table: 500", "/blog", 500),
    get("a blog without a table: 500", "/blog/a", 500),
    head("HEAD of a blog without a table: 500", "/blog/a", 500),
    post("POST without a table: 500", blog_json(), 500),
    put("PUT without a table: 500", blog_json(), 500, path="/blog/a"),
    delete("DELETE without a table: 500", 500, path="/blog/a"),
)
