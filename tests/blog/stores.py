"""Blogs, and a store on dynalite with its own table."""

from __future__ import annotations

import pytest

from blog import schema
from blog.model import Blog, Draft
from blog.store import Store
from tests.blog.databases import Database

HEAVY = "\x01" * schema.MAX_CONTENTS_BYTES


def make_blog(blog_id: str, **fields: str) -> Blog:
    draft = Draft(**{"id": blog_id, "title": "t", "author": "a", "contents": "c", **fields})
    return Blog.create(draft)


def rewrite(blog: Blog) -> Blog:
    return blog.updated(Draft(id=blog.id, title="new", author="", contents=""))


def nothing(_blog: Blog) -> None:
    """Allow every delete."""


@pytest.fixture(scope="module")
def client(dynalite: Database):
    return dynalite.client()


@pytest.fixture
def table(dynalite: Database) -> str:
    return dynalite.new_table()


@pytest.fixture
def store(client, table) -> Store:
    return Store(client, table)
