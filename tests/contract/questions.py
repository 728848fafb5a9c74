"""What is asked of both backends: the contract, line by line, in one table."""

from __future__ import annotations

from tests.contract.question import delete, get, head, post, put, text
from tests.contract.questions_reads import PATHS, READS
from tests.contract.questions_rules import CONDITIONS, TOKENS
from tests.contract.questions_writes import BODIES

QUESTIONS = (*PATHS, *READS, *CONDITIONS, *TOKENS, *BODIES)

# What a backend answers that has lost its database; and one whose table is not there at all.
WITHOUT_DATABASE = (
    get("health without a database", "/"),
    get("the list without a database: 503", "/blog", 503, answers={"retry-after": "[1-9]"}),
    head("HEAD of the list without a database: 503", "/blog", 503),
    get("a blog without a database: 503", "/blog/a", 503),
    head("HEAD of a blog without a database: 503", "/blog/a", 503),
    post("POST without a database: 503", text(), 503),
    put("PUT without a database: 503", text(), 503, path="/blog/a"),
    delete("DELETE without a database: 503", 503, path="/blog/a"),
)
WITHOUT_TABLE = (
    get("health without a table", "/"),
    get("the list without a table: 500", "/blog", 500),
    head("HEAD of the list without a table: 500", "/blog", 500),
    get("a blog without a table: 500", "/blog/a", 500),
    head("HEAD of a blog without a table: 500", "/blog/a", 500),
    post("POST without a table: 500", text(), 500),
    put("PUT without a table: 500", text(), 500, path="/blog/a"),
    delete("DELETE without a table: 500", 500, path="/blog/a"),
)
