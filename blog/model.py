"""The blog: a draft from a client, a summary in the feed, and the whole blog."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from blog import ids


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The fields that a client sets. Without an id, the server generates one."""

    id: str | None
    title: str
    author: str
    contents: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A blog without its contents, as in the feed."""

    id: str
    title: str
    author: str
    created_at: str
    updated_at: str
    version: str

    @property
    def position(self) -> str:
        """The sort key in the feed: the creation time, then the id."""
        return f"{self.created_at}#{self.id}"

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Blog(Summary):
    """A blog with its contents."""

    contents: str

    @classmethod
    def create(cls, draft: Draft) -> Blog:
        """Return a new blog with the fields of *draft*."""
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

    def updated(self, draft: Draft) -> Blog:
        """Return this blog with the text of *draft* and a new version."""
        return Blog(
            id=self.id,
            title=draft.title,
            author=draft.author,
            contents=draft.contents,
            created_at=self.created_at,
            # The clocks of two machines differ: never go back in time.
            updated_at=max(ids.timestamp(), self.updated_at),
            version=ids.make_version(),
        )

    def as_json(self) -> dict[str, str]:
        """Return the members in the documented order."""
        members = asdict(self)
        order = ("id", "title", "author", "contents", "created_at", "updated_at", "version")
        return {name: members[name] for name in order}


def escaped_bytes(text: str) -> int:
    """Return the largest size of *text* in the response of a Lambda function.

    There the JSON body is a string inside another JSON document, and some versions of Lambda's
    runtime client escape everything outside ASCII.
    """
    return len(json.dumps(json.dumps(text, ensure_ascii=False))) - len(r'"\"\""')
