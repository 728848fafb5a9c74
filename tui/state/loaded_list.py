"""The loaded blogs, and the rows that the search, the author filter and the order select."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from tui.client.contract import Summary


class Order(StrEnum):
    """The order of the rows. The value is the text on the screen."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    AUTHOR = "by author"
    TITLE = "by title"

    @property
    def next(self) -> Order:
        """The order after this one; the first follows the last."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


_ID_PREFIX: Final = 6  # a shorter word could match the ids of many blogs
# The sort is stable: among equal rows, the newest stays first.
_KEYS: Final[dict[Order, Callable[[Summary], tuple[str, ...]]]] = {
    Order.OLDEST: lambda blog: (blog.created_at, blog.id),
    Order.AUTHOR: lambda blog: (blog.author.strip().casefold(),),
    Order.TITLE: lambda blog: (blog.title.strip().casefold(),),
}


@dataclass(frozen=True, kw_only=True)
class View:
    """The search, the author filter and the order."""

    words: str = ""
    """The search words. Each must be in the title or author, or start the id; case is ignored."""
    author: str | None = None
    order: Order = Order.NEWEST

    @property
    def shows_all(self) -> bool:
        """True if no blog is filtered out."""
        return not self._search_words and self.author is None

    @property
    def reset(self) -> str:
        """What esc does, if this is not the default view."""
        return "esc: newest first" if self.shows_all else "esc clears the filter"

    @cached_property
    def _search_words(self) -> tuple[str, ...]:
        return tuple(self.words.casefold().split())

    def matches(self, blog: Summary) -> bool:
        if self.author is not None and blog.author != self.author:
            return False
        text = f"{blog.title}\n{blog.author}".casefold() if self._search_words else ""
        return all(word in text or _starts_id(word, blog) for word in self._search_words)


def _starts_id(word: str, blog: Summary) -> bool:
    """Return True if the id starts with *word*, and *word* is long enough for an id."""
    return len(word) >= _ID_PREFIX and blog.id.casefold().startswith(word)


class LoadedList:
    """The loaded blogs, newest first, and the rows that the view selects."""

    def __init__(self) -> None:
        self._loaded: dict[str, Summary] = {}
        self.view = View()
        self.rows: list[Summary] = []

    @property
    def size(self) -> int:
        """The number of loaded blogs, including those filtered out."""
        return len(self._loaded)

    def replace(self, blogs: Iterable[Summary]) -> None:
        """Replace all loaded blogs."""
        self._loaded = {}
        for blog in blogs:
            self._loaded.setdefault(blog.id, blog)
        self.set_view(self.view)

    def add(self, blogs: Iterable[Summary], row: int) -> int:
        """Add older blogs. Return the new row of the blog that was in *row*."""
        for blog in blogs:
            if blog.id in self._loaded:
                continue
            self._loaded[blog.id] = blog
            if self.view.matches(blog) and self._insert(blog) <= row and len(self.rows) > 1:
                row += 1
        return row

    def put(self, blog: Summary) -> None:
        """Replace the blog with the same id, or add *blog* as the newest."""
        if blog.id in self._loaded:
            self._loaded[blog.id] = blog
        else:
            self._loaded = {blog.id: blog, **self._loaded}
        self.set_view(self.view)

    def remove(self, blog_id: str) -> None:
        self._loaded.pop(blog_id, None)
        self.rows = [blog for blog in self.rows if blog.id != blog_id]

    def set_view(self, view: View) -> None:
        """Select and sort the rows by *view*."""
        self.view = view
        self.rows = [blog for blog in self._loaded.values() if view.matches(blog)]
        if view.order in _KEYS:
            self.rows.sort(key=_KEYS[view.order])

    def position(self, blog_id: str | None) -> int | None:
        """Return the row of a blog, or None if it is not shown."""
        return next((row for row, blog in enumerate(self.rows) if blog.id == blog_id), None)

    def _insert(self, blog: Summary) -> int:
        key = _KEYS.get(self.view.order)
        row = bisect_right(self.rows, key(blog), key=key) if key else len(self.rows)
        self.rows.insert(row, blog)
        return row
