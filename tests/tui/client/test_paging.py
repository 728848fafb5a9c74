"""Following the pages of a list."""

from __future__ import annotations

from tui.client.contract import Page, Summary
from tui.client.paging import SeenPages


def page(*ids, next_url=None):
    stamps = {"created_at": "", "updated_at": "", "version": "v1"}
    blogs = tuple(Summary(id=one, title=one, author="", **stamps) for one in ids)
    return Page(blogs=blogs, next_url=next_url)


def test_pages_are_followed_without_repeating_a_blog():
    seen = SeenPages()

    assert seen.unseen(page("c", "b", "b", next_url="2")) == page("c", "b", next_url="2")
    assert seen.unseen(page("b", "a")) == page("a")


def test_a_repeated_page_is_the_last():
    seen = SeenPages()
    seen.unseen(page("b", "a", next_url="2"))

    assert seen.unseen(page("b", "a", next_url="3")) == page()


def test_a_page_that_leads_to_an_earlier_one_is_the_last():
    seen = SeenPages()
    seen.unseen(page("b", next_url="2"))

    assert seen.unseen(page("a", next_url="2")) == page("a")


def test_a_page_without_rows_is_followed():
    assert SeenPages().unseen(page(next_url="2")) == page(next_url="2")
