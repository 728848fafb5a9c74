"""Blogs that runs leave: each is removed, or named with the reason."""

import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from lab.backends import Backend, Target
from lab.load import cleanup
from lab.load.cleanup import ListError, clean, clean_unfinished, find, left, planned
from lab.load.engine import row_of
from lab.load.journal import Journal, UnfinishedRun, unfinished
from lab.load.run import RunLog
from lab.plan import Operation
from lab.results import GeneratorLog
from lab.rows import ErrorClass, Outcome
from tests.lab.load.loads import TOKEN
from tests.lab.load.loads import planned as make

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(cleanup, "_PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(cleanup, "_SETTLE_S", 0.0)


class Blogs:
    """The blogs of a table, newest first, and the API that deletes and lists them."""

    def __init__(self, *ids):
        self.ids = list(ids)
        self.now = NOW
        self.ages = {}
        self.answers = []
        """The statuses of the next deletes; after that, the right ones."""
        self.requests = []
        self.late = []
        """Blogs that appear after the first delete of each."""
        self.in_flight = self.peak = 0
        self.url = ""

    async def delete(self, request):
        blog = request.match_info["id"]
        self.requests.append((request.headers.get("Authorization"), blog))
        if self.answers:
            return web.Response(status=self.answers.pop(0))
        found = blog in self.ids
        if found:
            self.ids.remove(blog)
        if blog in self.late:
            self.late.remove(blog)
            self.ids.append(blog)
        return web.Response(status=204 if found else 404)

    async def list(self, request):
        start = int(request.query.get("cursor", 0))
        page = self.ids[start : start + 2]
        headers = {}
        if start + 2 < len(self.ids):
            headers["Link"] = f'<?limit=100&view=summary&cursor={start + 2}>; rel="next"'
        created = [(self.now - self.ages.get(each, timedelta())).isoformat() for each in page]
        return web.json_response(
            [{"id": each, "created_at": at} for each, at in zip(page, created, strict=True)],
            headers=headers,
        )


@asynccontextmanager
async def serving(*ids):
    blogs = Blogs(*ids)
    app = web.Application()
    app.router.add_delete("/blog/{id}", blogs.delete)
    app.router.add_get("/blog", blogs.list)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    blogs.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield blogs
    finally:
        await runner.cleanup()


def targets(functions, containers=None):
    urls = {Backend.FUNCTIONS: functions, Backend.CONTAINERS: containers or functions}
    return {backend: Target(backend=backend, url=url, token=TOKEN) for backend, url in urls.items()}


def both(*ids):
    return {Backend.FUNCTIONS: ids[::2], Backend.CONTAINERS: ids[1::2]}


async def test_blogs_are_deleted_with_the_token_and_others_stay():
    async with serving("lab-a-1", "other", "lab-a-2", "lab-a-3") as blogs:
        result = await clean(targets(blogs.url), both("lab-a-1", "lab-a-2", "lab-a-3"))

    assert (result.removed, result.failed) == (3, {})
    assert blogs.ids == ["other"]
    assert {token for token, _ in blogs.requests} == {f"Bearer {TOKEN}"}


async def test_an_absent_blog_counts_as_removed_after_a_second_look():
    async with serving() as blogs:
        blogs.late = ["lab-a-2"]
        result = await clean(targets(blogs.url), both("lab-a-1", "lab-a-2"))

    assert (result.removed, result.failed) == (2, {})
    assert blogs.ids == [], "the post arrived after the first delete"


async def test_a_throttled_delete_is_sent_again():
    async with serving("lab-a-1") as blogs:
        blogs.answers = [429, 503]
        result = await clean(targets(blogs.url), both("lab-a-1"))

    assert (result.removed, blogs.ids) == (1, [])


async def test_a_refused_delete_is_reported_and_not_repeated():
    async with serving("lab-a-1") as blogs:
        blogs.answers = [401]
        dead = {Backend.FUNCTIONS: targets(blogs.url)[Backend.FUNCTIONS]}
        result = await clean(dead, both("lab-a-1"))

    assert result.removed == 0
    assert result.failed == {"lab-a-1": "functions responded with status 401"}
    assert len(blogs.requests) == 1


async def test_the_other_backend_removes_the_blogs_of_a_dead_one():
    ids = [f"lab-a-{n}" for n in range(20)]
    async with serving(*ids) as blogs:
        result = await clean(targets(NOWHERE, blogs.url), {Backend.FUNCTIONS: ids})

    assert (result.removed, result.failed, blogs.ids) == (20, {}, [])


async def test_without_a_backend_every_blog_is_reported():
    result = await clean(targets(NOWHERE), both("lab-a-1", "lab-a-2"))

    assert result.removed == 0
    assert set(result.failed) == {"lab-a-1", "lab-a-2"}
    assert all("did not respond" in reason for reason in result.failed.values())
    assert TOKEN not in str(result)


async def test_leftovers_are_found_on_all_pages_by_the_id_of_the_run():
    async with serving("lab-a-1", "x", "lab-ab-1", "lab-a-b", "lab-a-22", "lab-a-") as blogs:
        found = await find(targets(NOWHERE, blogs.url), "a", NOW)

    assert found == ["lab-a-1", "lab-a-22"]


async def test_the_search_ends_at_blogs_older_than_the_run():
    async with serving("lab-a-1", "old", "lab-a-2") as blogs:
        blogs.ages = dict.fromkeys(("old", "lab-a-2"), timedelta(days=2))
        assert await find(targets(blogs.url), "a", NOW) == ["lab-a-1"]


async def test_a_list_without_valid_times_is_an_error():
    async with serving("lab-a-1") as blogs:
        blogs.now = NOW.replace(tzinfo=None)
        with pytest.raises(ListError, match="the time 2026-11-28T12:00:00 has no time zone"):
            await find(targets(blogs.url), "a", NOW)


async def test_a_search_without_a_backend_is_an_error():
    with pytest.raises(ListError, match="containers did not list the blogs"):
        await find(targets(NOWHERE), "a", NOW)


def log(plan, *, failures=(), **outcomes):
    """Return a log where request N has `rN`: an outcome, or the changes of its row."""
    rows = []
    for request in plan.requests:
        outcome = outcomes.get(f"r{request.number}", Outcome.OK)
        if isinstance(outcome, ErrorClass):
            row = row_of(request, Outcome.ERROR)
            row.__dict__.update(error=outcome, sent_s=1.0)
        else:
            row = row_of(request, outcome)
            row.__dict__.update(sent_s=1.0 if outcome is Outcome.OK else None)
        rows.append(row)
    generator = GeneratorLog(
        engine="aiohttp",
        processes=1,
        cpu_share=0,
        max_in_flight=1,
        peak_in_flight={},
        failures=failures,
    )
    return RunLog(rows=rows, generator=generator)


def test_what_is_left_are_the_posts_that_may_have_arrived_and_were_not_deleted():
    plan = make(mix={Operation.POST: 1, Operation.DELETE: 1}, rate=50)
    posts = [one for one in plan.requests if one.operation is Operation.POST]
    deleted = {one.id for one in plan.requests if one.operation is Operation.DELETE}
    kept = [one for one in posts if one.id not in deleted]
    refused, lost, dropped = kept[:3]
    result = left(
        plan,
        log(
            plan,
            **{
                f"r{refused.number}": ErrorClass.CONNECT,
                f"r{lost.number}": ErrorClass.TIMEOUT,
                f"r{dropped.number}": Outcome.DROPPED,
            },
        ),
    )

    assert deleted
    expected = {one.id for one in kept} - {refused.id, dropped.id}
    assert {each for listed in result.values() for each in listed} == expected
    assert {each for listed in planned(plan).values() for each in listed} == {
        one.id for one in posts
    }


def test_a_post_of_a_process_that_ended_early_may_have_arrived():
    plan = make(mix={Operation.POST: 1}, rate=50)
    number = plan.requests[0].number
    stopped = {f"r{number}": Outcome.STOPPED}

    assert plan.requests[0].id not in str(left(plan, log(plan, **stopped)))
    assert plan.requests[0].id in str(left(plan, log(plan, failures=("x",), **stopped)))


def test_the_journal_names_a_run_until_it_is_finished(tmp_path):
    with Journal(tmp_path / "runs", "a", targets("http://x"), "dev") as journal:
        assert unfinished(tmp_path / "runs") == [], "the run goes on"
    (run,) = unfinished(tmp_path / "runs")

    assert (run.run_id, run.stack) == ("a", "dev")
    assert run.urls == dict.fromkeys(Backend, "http://x")
    assert run.used(targets("http://x"))
    assert not run.used(targets("http://y"))
    assert TOKEN not in run.file.read_text()
    journal.finish()
    assert unfinished(tmp_path / "runs") == []


def test_a_damaged_journal_still_names_its_run(tmp_path):
    (tmp_path / "a.json").write_text('{"urls": {"fun')

    (run,) = unfinished(tmp_path)
    assert (run.run_id, run.urls) == ("a", {})


@pytest.mark.parametrize("time", ["2026-11-29T01:00:00", "0001-01-01T00:00:00+00:00", "now"])
def test_a_journal_with_a_damaged_time_does_not_hide_the_others(tmp_path, time):
    for name, started_at in (("a", time), ("b", "2026-11-29T01:00:00+02:00")):
        entry = {"urls": {"functions": "http://f"}, "stack": "", "started_at": started_at}
        (tmp_path / f"{name}.json").write_text(json.dumps(entry))

    damaged, whole = unfinished(tmp_path)
    assert (damaged.run_id, whole.run_id) == ("a", "b")
    assert f"{whole.started_at:%H:%M}" == "23:00", "in UTC"


async def test_an_earlier_run_is_cleaned_up_and_forgotten(tmp_path):
    file = tmp_path / "a.json"
    run = UnfinishedRun(run_id="a", urls={}, stack="", started_at=NOW, file=file)
    file.touch()
    async with serving("lab-a-1", "x") as blogs:
        blogs.answers = [500] * 3
        dead = {Backend.CONTAINERS: targets(blogs.url)[Backend.CONTAINERS]}
        first = await clean_unfinished(run, dead)
        assert file.exists(), "a blog is left"
        second = await clean_unfinished(run, targets(blogs.url))

    assert first.failed == {"lab-a-1": "containers responded with status 500"}
    assert (second.removed, blogs.ids, file.exists()) == (1, ["x"], False)


def test_what_cannot_be_read_is_no_unfinished_run(tmp_path):
    (tmp_path / "lab-a.json").mkdir()

    assert list(unfinished(tmp_path)) == []
