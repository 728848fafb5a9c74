"""What takes more than one request: pages, both backends on one table, the predecessor's page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest

from tests.blog.databases import Database
from tests.contract.asking import Backend
from tests.contract.clients import Answer
from tests.contract.conftest import Pair, in_process
from tests.contract.question import text

FUNCTIONS_URL = "http://functions.test/Prod"


@pytest.fixture
def shared(dynalite: Database) -> Pair:
    """Both backends on one new table."""
    table = dynalite.new_table()
    return in_process(dynalite.endpoint, table, table)


def _fill(backend: Backend, count: int) -> list[str]:
    ids = [f"blog-{number}" for number in range(count)]
    for blog_id in ids:
        assert backend.write("POST", "/blog", text(id=blog_id)).status == 201
    return ids[::-1]


def _next(answer: Answer) -> str | None:
    link = re.fullmatch('<(.+)>; rel="next"', answer.headers.get("link", ""))
    return link and urljoin(f"{FUNCTIONS_URL}/blog", link[1]).removeprefix(FUNCTIONS_URL)


def _pages(backends: list[Backend], path: str | None) -> Iterator[list[str]]:
    """Walk along Link, each page from the next of *backends*."""
    turn = 0
    while path is not None:
        answer = backends[turn % len(backends)].client.ask("GET", path)
        assert answer.status == 200
        yield [blog["id"] for blog in json.loads(answer.body)]
        path, turn = _next(answer), turn + 1


@pytest.mark.parametrize("view", ["", "&view=summary"])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_pages_give_every_blog_once_newest_first_and_no_dead_link(shared: Pair, limit, view):
    ids = _fill(shared.functions, 5)

    pages = list(_pages([*shared], f"/blog?limit={limit}{view}"))

    assert [blog_id for page in pages for blog_id in page] == ids
    assert all(pages)


def test_a_page_goes_on_after_its_last_blog_is_gone(shared: Pair):
    ids = _fill(shared.containers, 4)
    first = shared.functions.client.ask("GET", "/blog?limit=2")
    assert shared.containers.write("DELETE", f"/blog/{ids[1]}").status == 204
    shared.containers.write("POST", "/blog", text(id="newer"))

    rest = list(_pages([shared.containers], _next(first)))

    assert rest == [ids[2:]]


def test_a_write_through_one_backend_is_read_through_the_other(shared: Pair):
    functions, containers = shared
    made = functions.write("POST", "/blog", text(id="a", title="😀 <b>"))
    changed = containers.write("PUT", "/blog/a", text(title="é"), If_Match=made.headers["etag"])
    lost = functions.write("PUT", "/blog/a", text(), If_Match=made.headers["etag"])
    read = [backend.client.ask("GET", "/blog/a") for backend in shared]

    assert (changed.status, lost.status) == (200, 412)
    assert read[0].body == read[1].body == changed.body
    assert read[0].headers["etag"] == read[1].headers["etag"] == changed.headers["etag"]


def test_what_get_gave_can_be_put_back(shared: Pair):
    made = shared.functions.write("POST", "/blog", text(id="a"))
    put = shared.containers.write("PUT", "/blog/a", made.body)

    assert put.status == 200
    assert json.loads(put.body)["created_at"] == json.loads(made.body)["created_at"]
    assert put.headers["etag"] != made.headers["etag"]


def test_a_refused_write_changes_nothing(shared: Pair):
    before = shared.functions.write("POST", "/blog", text(id="a"))
    for backend in shared:
        assert backend.write("PUT", "/blog/a", text(), If_Match='"no"').status == 412
        assert backend.write("DELETE", "/blog/a", If_None_Match="*").status == 412
        assert backend.write("POST", "/blog", text(id="a", title="Other")).status == 409
        assert backend.write("PUT", "/blog/a", text(title="")).status == 422

    assert shared.functions.client.ask("GET", "/blog/a").body == before.body


def test_a_version_is_not_used_again_when_an_id_is(shared: Pair):
    tags = set()
    for _ in range(3):
        tags.add(shared.functions.write("POST", "/blog", text(id="a")).headers["etag"])
        assert shared.containers.write("DELETE", "/blog/a").status == 204

    assert len(tags) == 3


def test_location_leads_to_the_blog_below_any_stage(shared: Pair):
    for backend in shared:
        made = backend.write("POST", "/blog", text())
        url = urljoin(f"{FUNCTIONS_URL}/blog", made.headers["location"])
        read = backend.client.ask("GET", url.removeprefix(FUNCTIONS_URL))

        assert read.body == made.body


def test_the_tag_of_a_list_changes_with_the_list_and_is_one_for_both(shared: Pair):
    functions, containers = shared
    _fill(functions, 2)
    tag = functions.client.ask("GET", "/blog").headers["etag"]
    same = containers.client.ask("GET", "/blog", [("If-None-Match", tag)])
    containers.write("PUT", "/blog/blog-0", text(title="New"))
    other = functions.client.ask("GET", "/blog", [("If-None-Match", tag)])

    assert same.status == 304
    assert other.status == 200


def test_a_page_that_stopped_being_the_last_is_another_page(shared: Pair):
    functions, _ = shared
    _fill(functions, 2)
    page = functions.client.ask("GET", "/blog?limit=1")
    functions.write("DELETE", "/blog/blog-0")
    now = functions.client.ask("GET", "/blog?limit=1", [("If-None-Match", page.headers["etag"])])

    assert "link" in page.headers
    assert now.status == 200
    assert "link" not in now.headers


def test_every_answer_of_the_application_says_how_long_and_who(shared: Pair):
    for backend, name in zip(
        shared, ("functions/blog/01234567", "containers/[^/]{1,8}"), strict=True
    ):
        for method, path in [
            ("GET", "/"),
            ("GET", "/nope"),
            ("PATCH", "/blog"),
            ("GET", "/blog/x"),
        ]:
            answer = backend.client.ask(method, path)

            assert re.fullmatch(name, answer.headers["x-served-by"])
            assert re.match(r"app;dur=\d+\.\d+, db;dur=\d+\.\d+", answer.headers["server-timing"])


def test_the_largest_blogs_come_in_pages_that_a_function_can_answer(shared: Pair):
    functions, containers = shared
    heavy = "\x01" * (256 * 1024)  # seven bytes each in a function's answer
    for number in range(5):
        assert functions.write("POST", "/blog", text(id=f"b{number}", contents=heavy)).status == 201

    pages = list(_pages([functions, containers], "/blog?limit=100"))

    assert [len(page) for page in pages] == [2, 2, 1] or [len(page) for page in pages] == [3, 2]
    assert [blog_id for page in pages for blog_id in page] == ["b4", "b3", "b2", "b1", "b0"]
