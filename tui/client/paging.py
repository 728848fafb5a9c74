"""Following the pages of a list, even if a backend repeats pages."""

from __future__ import annotations

from tui.client.contract import Page


class SeenPages:
    """Remembers the blogs and pages of a list, so that a repeated page ends the list."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._urls: set[str] = set()

    def unseen(self, page: Page) -> Page:
        """Return *page* without known blogs. If nothing is new, it becomes the last page."""
        unseen = {blog.id: blog for blog in page.blogs if blog.id not in self._ids}
        repeats = page.next_url in self._urls or (bool(page.blogs) and not unseen)
        self._ids.update(unseen)
        if page.next_url:
            self._urls.add(page.next_url)
        return Page(blogs=tuple(unseen.values()), next_url=None if repeats else page.next_url)
