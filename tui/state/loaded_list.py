"""What is loaded of a list, and what of it is shown in which order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from tui.client.contract import Summary


class Order(StrEnum):
    """How rows follow one another; the value is how a screen says it."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    AUTHOR = "by author"
    TITLE = "by title"

    @property
    def next(self) -> Order:
        """The order after this one, round and round."""
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


_ID_PREFIX: Final = 6  # a shorter word may begin the ids of many blogs
# Without a tie-break: of rows that tie, the one that was loaded first stays first, the newest.
_KEYS: Final[dict[Order, Callable[[Summary], tuple[str, ...]]]] = {
    Order.OLDEST: lambda blog: (blog.created_at, blog.id),
    Order.AUTHOR: lambda blog: (blog.author.strip().casefold(),),
    Order.TITLE: lambda blog: (blog.title.strip().casefold(),),
}


@dataclass(frozen=True, kw_only=True)
class View:
    """What a person wants to see of what is loaded."""

    words: str = ""
    """Each of them must occur in title or author, or begin the id, whatever their case."""
    author: str | None = None
    order: Order = Order.NEWEST

    @property
    def is_whole(self) -> bool:
        """Nothing is left out."""
        return not self._wanted and self.author is None

    @cached_property
    def _wanted(self) -> tuple[str, ...]:
        return tuple(self.words.casefold().split())

    def admits(self, blog: Summary) -> bool:
        if self.author is not None and blog.author != self.author:
            return False
        text = f"{blog.title}\n{blog.author}".casefold() if self._wanted else ""
        return all(word in text or _begins_id(word, blog) for word in self._wanted)


def _begins_id(word: str, blog: Summary) -> bool:
    """Tell whether *word* is long enough to mean an id, and means this one."""
    return len(word) >= _ID_PREFIX and blog.id.casefold().startswith(word)


class LoadedList:
    """The loaded blogs, newest first, and the rows that the view makes of them."""

    def __init__(self) -> None:
        self._loaded: dict[str, Summary] = {}
        self.view = View()
        self.rows: list[Summary] = []

    @property
    def size(self) -> int:
        """How many are loaded, shown or not."""
        return len(self._loaded)

    def replace(self, blogs: Iterable[Summary]) -> None:
        """Forget what was loaded before."""
        self._loaded = {}
        for blog in blogs:
            self._loaded.setdefault(blog.id, blog)
        self.see(self.view)

    def add(self, blogs: Iterable[Summary], kept: int) -> int:
        """Add older blogs without sorting all anew; gives where the blog of row *kept* is then."""
        for blog in blogs:
            if blog.id in self._loaded:
                continue
            self._loaded[blog.id] = blog
            if self.view.admits(blog) and self._insert(blog) <= kept and len(self.rows) > 1:
                kept += 1
        return kept

    def put(self, blog: Summary) -> None:
        """Take a blog that was stored: in its place, or as the newest."""
        if blog.id in self._loaded:
            self._loaded[blog.id] = blog
        else:
            self._loaded = {blog.id: blog, **self._loaded}
        self.see(self.view)

    def drop(self, blog_id: str) -> None:
        self._loaded.pop(blog_id, None)
        self.rows = [blog for blog in self.rows if blog.id != blog_id]

    def see(self, view: View) -> None:
        """Show what *view* says."""
        self.view = view
        self.rows = [blog for blog in self._loaded.values() if view.admits(blog)]
        if view.order in _KEYS:
            self.rows.sort(key=_KEYS[view.order])

    def position(self, blog_id: str | None) -> int | None:
        """Give the row of a blog, None when it is not shown."""
        return next((row for row, blog in enumerate(self.rows) if blog.id == blog_id), None)

    def _insert(self, blog: Summary) -> int:
        key = _KEYS.get(self.view.order)
        row = bisect_right(self.rows, key(blog), key=key) if key else len(self.rows)
        self.rows.insert(row, blog)
        return row
