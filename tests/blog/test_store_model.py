"""The store compared with a dict, for random sequences of calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from blog.errors import IdTaken, PreconditionFailed, UnknownBlog
from blog.model import Blog, Draft
from blog.store import Store
from tests.blog.databases import Database
from tests.blog.texts import TEXTS, TITLES

IDS = st.sampled_from(["a", "b", "c", "A", "a.b"])
DRAFTS = st.builds(Draft, id=IDS, title=TITLES, author=TEXTS, contents=TEXTS)


class Blogs(RuleBasedStateMachine):
    """Makes the same changes to the store and to a dict, and compares the results."""

    make_store: ClassVar[Callable[[], Store]]

    def __init__(self) -> None:
        super().__init__()
        self.store = type(self).make_store()
        self.model: dict[str, Blog] = {}

    @rule(draft=DRAFTS)
    def create(self, draft: Draft) -> None:
        blog = Blog.create(draft)
        try:
            self.store.create(blog)
        except IdTaken:
            assert blog.id in self.model
        else:
            assert blog.id not in self.model
            self.model[blog.id] = blog

    @rule(draft=DRAFTS, refused=st.booleans())
    def replace(self, draft: Draft, refused: bool) -> None:  # noqa: FBT001 - drawn
        def change(old: Blog) -> Blog:
            assert old == self.model[old.id]
            if refused:
                raise PreconditionFailed("If-Match")
            return old.updated(draft)

        try:
            self.model[str(draft.id)] = self.store.replace(str(draft.id), change)
        except UnknownBlog:
            assert draft.id not in self.model
        except PreconditionFailed:
            assert refused

    @rule(blog_id=IDS)
    def delete(self, blog_id: str) -> None:
        try:
            self.store.delete(blog_id, lambda old: None)
        except UnknownBlog:
            assert blog_id not in self.model
        else:
            del self.model[blog_id]

    @rule(blog_id=IDS)
    def get(self, blog_id: str) -> None:
        try:
            assert self.store.get(blog_id) == self.model[blog_id]
        except UnknownBlog:
            assert blog_id not in self.model

    @rule(limit=st.integers(1, 6))
    def page(self, limit: int) -> None:
        seen: list[Blog] = []
        before = None
        while True:
            page = self.store.blogs(limit, before)
            seen += page.blogs
            assert len(page.blogs) == limit or page.last is None
            if page.last is None:
                break
            before = page.last
        assert seen == self._newest_first()

    @invariant()
    def the_feed_is_what_is_there(self) -> None:
        summaries = self.store.summaries(100, None)
        expected = [(blog.id, blog.version, blog.title) for blog in self._newest_first()]

        assert [(one.id, one.version, one.title) for one in summaries.blogs] == expected
        assert summaries.last is None

    def _newest_first(self) -> list[Blog]:
        return sorted(self.model.values(), key=lambda blog: blog.position, reverse=True)


@pytest.mark.timeout(120)
def test_store_behaves_like_a_dict(any_database: Database):
    client = any_database.client()

    class Here(Blogs):
        make_store = staticmethod(lambda: Store(client, any_database.new_table()))

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
