"""A run asks both backends, and leaves no blog behind."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import pytest

from lab.backends import Backend
from lab.parity.case import NEW_BLOG, blog_json, get, post
from lab.parity.messages import Response
from lab.parity.run import BackendLost, ParityRun, selected
from lab.parity.session import Session

CREATED = post("created", NEW_BLOG, 201)
NAMELESS = post("nameless", blog_json(), 201)
READ = get("read", "/blog/<<id>>")


@dataclass
class Fake:
    """A backend with a table, which may be shared."""

    table: set = field(default_factory=set)
    sent: list = field(default_factory=list)
    is_down: bool = False
    refused: frozenset = frozenset()

    def send(self, request):
        self.sent.append(request)
        if self.is_down or request.method in self.refused:
            return Response(None, problem="no response")
        blog_id = request.target.rpartition("/")[2]
        if request.method == "POST":
            made = json.loads(request.body).get("id") or f"made-{len(self.sent)}"
            self.table.add(made)
            return Response(201, {"etag": '"1"'}, json.dumps({"id": made}).encode())
        if request.method == "DELETE":
            known = blog_id in self.table
            self.table.discard(blog_id)
            return Response(204 if known else 404)
        return Response(200, {}, b"{}")


@pytest.fixture
def table():
    return set()


@pytest.fixture
def fakes(table):
    return {backend: Fake(table) for backend in Backend}


@pytest.fixture
def run(fakes):
    with ThreadPoolExecutor(2) as threads:
        yield ParityRun(
            sessions={
                backend: Session(client=fake, token="secret", prefix=f"p-{backend[0]}-")
                for backend, fake in fakes.items()
            },
            executor=threads,
        )


def ask(run, *cases, stop=None):
    progress = []
    run.ask(cases, progress.append, stop or Event())
    return progress


def test_every_blog_is_deleted_after_its_case(run, fakes, table):
    progress = ask(run, CREATED, NAMELESS, READ)

    assert progress == [0, 1, 2, 3]
    assert table == set()
    assert run.delete_left() == []
    assert run.differences == []
    for fake in fakes.values():
        created = [one for one in fake.sent if one.method == "POST"]
        assert len(created) == 3


def test_blogs_that_are_kept_exist_until_the_end(run, table):
    for session in run.sessions.values():
        session.write("POST", "/blog", blog_json(id=session.new_kept()))
    ask(run, CREATED)

    assert table == {"p-f-kept", "p-c-kept"}
    assert run.delete_left() == []
    assert table == set()


def test_a_run_that_is_stopped_asks_nothing_more(run, fakes):
    stop = Event()
    stop.set()
    ask(run, CREATED, stop=stop)

    assert not any(fake.sent for fake in fakes.values())


def test_a_lost_backend_ends_the_run_and_the_other_deletes_its_blogs(run, fakes, table):
    table.add("p-c-0")  # created, but the response was lost
    fakes[Backend.CONTAINERS].is_down = True

    with pytest.raises(BackendLost) as raised:
        ask(run, CREATED, READ)

    assert raised.value.backend == Backend.CONTAINERS
    assert run.delete_left() == []
    assert table == set()


def test_what_no_backend_deletes_is_named(run, fakes):
    fakes[Backend.FUNCTIONS].refused = fakes[Backend.CONTAINERS].refused = frozenset({"DELETE"})
    ask(run, CREATED)

    assert run.delete_left() == ["p-c-0", "p-f-0"]


def test_a_lost_response_with_a_new_id_is_counted(run, fakes):
    fakes[Backend.FUNCTIONS].refused = frozenset({"POST"})
    ask(run, NAMELESS, CREATED)

    assert run.unknown == 1
    assert [one.functions for one in run.differences] == ["no response", "no response"]


def test_a_blog_that_is_not_created_is_a_difference(run, fakes):
    fakes[Backend.FUNCTIONS].refused = frozenset({"POST"})
    ask(run, READ)

    assert [one.functions for one in run.differences] == ["no blog (no response)"]


def test_without_writes_only_reads_that_need_no_blog_are_sent():
    reads = selected(writes=False)

    assert len(reads) > 60
    assert {case.method for case in reads} <= {"GET", "HEAD", "OPTIONS"}
    assert not any("<<id>>" in case.path for case in reads)
    assert len(selected(writes=True)) > len(reads)
