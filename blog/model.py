"""What a blog is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from blog import ids


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a client may decide about a blog; without an id the server makes one."""

    id: str | None
    title: str
    author: str
    contents: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A blog without its contents, as the feed knows it."""

    id: str
    title: str
    author: str
    created_at: str
    updated_at: str
    version: str

    @property
    def position(self) -> str:
        """Where the blog stands in the feed: newest last, ties settled by id."""
        return f"{self.created_at}#{self.id}"

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Blog(Summary):
    """A whole blog."""

    contents: str

    @classmethod
    def first(cls, draft: Draft) -> Blog:
        """Make a new blog of *draft*."""
        now = ids.timestamp()
        return cls(
            id=draft.id or ids.make_id(),
            title=draft.title,
            author=draft.author,
            contents=draft.contents,
            created_at=now,
            updated_at=now,
            version=ids.make_version(),
        )

    def rewritten(self, draft: Draft) -> Blog:
        """Give this blog with the words of *draft* and a new version."""
        return Blog(
            id=self.id,
            title=draft.title,
            author=draft.author,
            contents=draft.contents,
            created_at=self.created_at,
            # Clocks of two machines differ; a blog's own times never run backwards.
            updated_at=max(ids.timestamp(), self.updated_at),
            version=ids.make_version(),
        )

    def as_json(self) -> dict[str, str]:
        """Put the members into the documented order."""
        members = asdict(self)
        order = ("id", "title", "author", "contents", "created_at", "updated_at", "version")
        return {name: members[name] for name in order}


def escaped_bytes(text: str) -> int:
    """Count what *text* takes at most in a Lambda function's answer.

    There the JSON body becomes a string inside another JSON text; some versions of Lambda's
    runtime client escape everything outside ASCII on the way, so that is counted.
    """
    return len(json.dumps(json.dumps(text, ensure_ascii=False))) - len(r'"\"\""')
