"""Sequences of requests: pages, both backends on one table, the requests of the first client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest

from lab.parity.case import blog_json
from lab.parity.messages import Response
from tests.blog.databases import Database
from tests.contract.checks import Backend
from tests.contract.conftest import Backends, in_process

FUNCTIONS_URL = "http://functions.test/Prod"


@pytest.fixture
def shared(dynalite: Database) -> Backends:
    """Both backends on one new table."""
    table = dynalite.new_table()
    return in_process(dynalite.endpoint, table, table)


def _fill(backend: Backend, count: int) -> list[str]:
    ids = [f"blog-{number}" for number in range(count)]
    for blog_id in ids:
        assert backend.write("POST", "/blog", blog_json(id=blog_id)).status == 201
    return ids[::-1]


def _next(response: Response) -> str | None:
    link = re.fullmatch('<(.+)>; rel="next"', response.headers.get("link", ""))
    return link and urljoin(f"{FUNCTIONS_URL}/blog", link[1]).removeprefix(FUNCTIONS_URL)


def _pages(backends: list[Backend], path: str | None) -> Iterator[list[str]]:
    """Follow Link, and request each page from the next of *backends*."""
    turn = 0
    while path is not None:
        response = backends[turn % len(backends)].client.request("GET", path)
        assert response.status == 200
        yield [blog["id"] for blog in json.loads(response.body)]
        path, turn = _next(response), turn + 1


@pytest.mark.parametrize("view", ["", "&view=summary"])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
def test_pages_have_every_blog_once_newest_first(shared: Backends, limit, view):
    ids = _fill(shared.functions, 5)

    pages = list(_pages([*shared], f"/blog?limit={limit}{view}"))

    assert [blog_id for page in pages for blog_id in page] == ids
    assert all(pages)


def test_paging_continues_after_a_deleted_blog(shared: Backends):
    ids = _fill(shared.containers, 4)
    first = shared.functions.client.request("GET", "/blog?limit=2")
    assert shared.containers.write("DELETE", f"/blog/{ids[1]}").status == 204
    shared.containers.write("POST", "/blog", blog_json(id="newer"))

    rest = list(_pages([shared.containers], _next(first)))

    assert rest == [ids[2:]]


def test_write_through_one_backend_is_read_through_the_other(shared: Backends):
    functions, containers = shared
    made = functions.write("POST", "/blog", blog_json(id="a", title="😀 <b>"))
    changed = containers.write(
        "PUT", "/blog/a", blog_json(title="é"), If_Match=made.headers["etag"]
    )
    lost = functions.write("PUT", "/blog/a", blog_json(), If_Match=made.headers["etag"])
    read = [backend.client.request("GET", "/blog/a") for backend in shared]

    assert (changed.status, lost.status) == (200, 412)
    assert read[0].body == read[1].body == changed.body
    assert read[0].headers["etag"] == read[1].headers["etag"] == changed.headers["etag"]


def test_response_to_get_can_be_put_back(shared: Backends):
    made = shared.functions.write("POST", "/blog", blog_json(id="a"))
    put = shared.containers.write("PUT", "/blog/a", made.body)

    assert put.status == 200
    assert json.loads(put.body)["created_at"] == json.loads(made.body)["created_at"]
    assert put.headers["etag"] != made.headers["etag"]


def test_rejected_write_changes_nothing(shared: Backends):
    before = shared.functions.write("POST", "/blog", blog_json(id="a"))
    for backend in shared:
        assert backend.write("PUT", "/blog/a", blog_json(), If_Match='"no"').status == 412
        assert backend.write("DELETE", "/blog/a", If_None_Match="*").status == 412
        assert backend.write("POST", "/blog", blog_json(id="a", title="Other")).status == 409
        assert backend.write("PUT", "/blog/a", blog_json(title="")).status == 422

    assert shared.functions.client.request("GET", "/blog/a").body == before.body


def test_versions_are_not_reused_when_an_id_is(shared: Backends):
    tags = set()
    for _ in range(3):
        tags.add(shared.functions.write("POST", "/blog", blog_json(id="a")).headers["etag"])
        assert shared.containers.write("DELETE", "/blog/a").status == 204

    assert len(tags) == 3


def test_location_leads_to_the_blog_below_any_stage(shared: Backends):
    for backend in shared:
        made = backend.write("POST", "/blog", blog_json())
        url = urljoin(f"{FUNCTIONS_URL}/blog", made.headers["location"])
        read = backend.client.request("GET", url.removeprefix(FUNCTIONS_URL))

        assert read.body == made.body


def test_etag_of_a_list_is_the_same_from_both_and_changes_with_it(shared: Backends):
    functions, containers = shared
    _fill(functions, 2)
    tag = functions.client.request("GET", "/blog").headers["etag"]
    same = containers.client.request("GET", "/blog", [("If-None-Match", tag)])
    containers.write("PUT", "/blog/blog-0", blog_json(title="New"))
    other = functions.client.request("GET", "/blog", [("If-None-Match", tag)])

    assert same.status == 304
    assert other.status == 200


def test_page_that_is_no_longer_the_last_has_another_etag(shared: Backends):
    functions, _ = shared
    _fill(functions, 2)
    page = functions.client.request("GET", "/blog?limit=1")
    functions.write("DELETE", "/blog/blog-0")
    now = functions.client.request(
        "GET", "/blog?limit=1", [("If-None-Match", page.headers["etag"])]
    )

    assert "link" in page.headers
    assert now.status == 200
    assert "link" not in now.headers


def test_every_response_has_server_timing_and_x_served_by(shared: Backends):
    for backend, name in zip(
        shared, ("functions/blog/01234567", "containers/[^/]{1,8}"), strict=True
    ):
        for method, path in [
            ("GET", "/"),
            ("GET", "/nope"),
            ("PATCH", "/blog"),
            ("GET", "/blog/x"),
        ]:
            response = backend.client.request(method, path)

            assert re.fullmatch(name, response.headers["x-served-by"])
            assert re.match(r"app;dur=\d+\.\d+, db;dur=\d+\.\d+", response.headers["server-timing"])


def test_pages_of_the_largest_blogs_fit_into_a_function_response(shared: Backends):
    functions, containers = shared
    heavy = "\x01" * (256 * 1024)  # seven bytes each in a function's response
    for number in range(5):
        assert (
            functions.write("POST", "/blog", blog_json(id=f"b{number}", contents=heavy)).status
            == 201
        )

    pages = list(_pages([functions, containers], "/blog?limit=100"))

    assert [len(page) for page in pages] == [2, 2, 1] or [len(page) for page in pages] == [3, 2]
    assert [blog_id for page in pages for blog_id in page] == ["b4", "b3", "b2", "b1", "b0"]
