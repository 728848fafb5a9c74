"""The loaded blogs: filter, order and cursor, without a screen."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.client.contract import Summary
from tui.state.loaded_list import LoadedList, Order, View


def blog(number: int, title: str = "Title", author: str = "Ada") -> Summary:
    moment = f"2026-11-25T00:00:00.{number:06d}Z"
    return Summary(
        id=f"blog-{number}",
        title=title,
        author=author,
        created_at=moment,
        updated_at=moment,
        version=f"v{number}",
    )


def ids(loaded: LoadedList) -> list[str]:
    return [row.id for row in loaded.rows]


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        (View(), ["blog-3", "blog-2", "blog-1"]),
        (View(order=Order.OLDEST), ["blog-1", "blog-2", "blog-3"]),
        (View(order=Order.TITLE), ["blog-2", "blog-3", "blog-1"]),
        (View(order=Order.AUTHOR), ["blog-3", "blog-1", "blog-2"]),
        (View(words="  BE "), ["blog-3"]),
        (View(words="a grace"), ["blog-2"]),
        (View(words="blog-1"), ["blog-1"]),
        (View(author="Ada"), ["blog-3", "blog-1"]),
        (View(author="Ada", words="c"), ["blog-1"]),
        (View(words="nothing has this"), []),
    ],
)
def test_a_view_filters_and_sorts(view, shown):
    loaded = LoadedList()
    loaded.replace([blog(3, "beta"), blog(2, "Alpha", "Grace"), blog(1, "Cäsar")])

    loaded.set_view(view)

    assert ids(loaded) == shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("9", False),
        ("9e107", False),
        ("9e107d", True),
        ("9E107D9D-372B", True),
        ("372bb6", False),
        ("title 9e107d", True),
        ("other 9e107d", False),
    ],
)
def test_a_long_word_finds_the_id_that_starts_with_it(words, found):
    one = replace(blog(1), id="9e107d9d-372b-4b68-81d2-372bb6826bd8")

    assert View(words=words).matches(one) is found


def test_the_orders_form_a_cycle():
    order = Order.NEWEST
    seen = [order := order.next for _ in Order]

    assert seen[-1] is Order.NEWEST
    assert set(seen) == set(Order)


titles = st.sampled_from(["a", "B", "b", "c", ""])


@given(st.lists(titles), st.lists(titles), st.sampled_from(Order), st.sampled_from(["", "b"]))
def test_adding_pages_gives_the_same_rows_as_sorting_all(first, second, order, words):
    count = len(first) + len(second)
    blogs = [blog(count - row, title, title) for row, title in enumerate([*first, *second])]
    whole, grown = LoadedList(), LoadedList()
    whole.replace(blogs)
    whole.set_view(View(order=order, words=words))
    grown.set_view(View(order=order, words=words))
    grown.replace(blogs[: len(first)])

    for row in range(len(grown.rows)):
        kept = grown.rows[row]
        trial = LoadedList()
        trial.set_view(grown.view)
        trial.replace(blogs[: len(first)])
        assert trial.rows[trial.add(blogs[len(first) :], row)] is kept
    grown.add(blogs[len(first) :], 0)

    assert grown.rows == whole.rows


def test_a_blog_listed_twice_is_one_row():
    loaded = LoadedList()
    loaded.replace([blog(2), blog(2)])
    loaded.add([blog(2), blog(1)], 0)

    assert ids(loaded) == ["blog-2", "blog-1"]


def test_an_edited_blog_keeps_its_row_and_a_new_one_is_first():
    loaded = LoadedList()
    loaded.replace([blog(2), blog(1)])

    loaded.put(blog(1, "Other"))
    loaded.put(blog(3))

    assert [(row.id, row.title) for row in loaded.rows] == [
        ("blog-3", "Title"),
        ("blog-2", "Title"),
        ("blog-1", "Other"),
    ]


def test_memory_per_row_does_not_depend_on_the_number_of_rows():
    def bytes_per_row(count: int) -> float:
        tracemalloc.start()
        loaded = LoadedList()
        for page in range(count // 100):
            loaded.add([blog(page * 100 + row) for row in range(100)], 0)
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert loaded.size == count
        return size / count

    assert bytes_per_row(100_000) < 1.5 * bytes_per_row(1_000)


def test_the_text_for_esc_shows_what_it_changes():
    assert View(order=Order.TITLE).reset == "esc: newest first"
    assert View(words="x", order=Order.TITLE).reset == "esc clears the filter"
    assert View(author="").reset == "esc clears the filter"
