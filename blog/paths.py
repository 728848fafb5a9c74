"""Which paths exist and what each allows, decided from the path alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from blog import schema


@dataclass(frozen=True)
class Resource:
    """A kind of path and the methods that it knows."""

    pattern: re.Pattern[str]
    methods: tuple[str, ...]

    def matches(self, path: str) -> bool:
        return self.pattern.fullmatch(path) is not None


HEALTH: Final = Resource(re.compile("/"), ("GET", "HEAD", "OPTIONS"))
BLOGS: Final = Resource(re.compile("/blog"), ("GET", "HEAD", "POST", "OPTIONS"))
BLOG: Final = Resource(
    re.compile(f"/blog/{schema.ID_PATTERN}"), ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")
)
_ALL: Final = (HEALTH, BLOGS, BLOG)


def find(path: str) -> Resource | None:
    """Give what lives at *path*; None when there is nothing."""
    return next((resource for resource in _ALL if resource.matches(path)), None)


def blog_id(path: str) -> str:
    """Give the id in the path of one blog."""
    return path.removeprefix("/blog/")
