"""Pages that follow one another, from a backend that may repeat itself."""

from __future__ import annotations

from tui.client.contract import Page


class SeenPages:
    """What was seen of a list so far, so that following it comes to an end."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._urls: set[str] = set()

    def unseen(self, page: Page) -> Page:
        """Give what is new of *page*; one that only repeats what was seen is the last."""
        unseen = {blog.id: blog for blog in page.blogs if blog.id not in self._ids}
        repeats = page.next_url in self._urls or (bool(page.blogs) and not unseen)
        self._ids.update(unseen)
        if page.next_url:
            self._urls.add(page.next_url)
        return Page(blogs=tuple(unseen.values()), next_url=None if repeats else page.next_url)
