"""A blog while it is written: what the form began with, and what is to be stored of it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.client.contract import Blog, Draft
from tui.client.writes import new_id
from tui.drafts import KeptDraft
from tui.editing import Field


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What the fields of a form show."""

    title: str
    author: str
    contents: str


class Manuscript:
    """A new blog, or an edit of a stored one."""

    def __init__(self, blog: Blog | None = None) -> None:
        # Made once, so that sending again after a lost answer cannot make a second blog.
        self.id = blog.id if blog else new_id()
        self._begin(blog)

    @classmethod
    def of(cls, kept: KeptDraft) -> Manuscript:
        """Go on with a draft, as the same blog."""
        manuscript = cls(kept.base)
        manuscript.id = kept.id
        return manuscript

    def _begin(self, base: Blog | None) -> None:
        self.base = base
        self.etag = base.etag if base else None
        self._fields = {
            "title": Field.of_line(base.title if base else ""),
            "author": Field.of_line(base.author if base else ""),
            "contents": Field.of_text(base.contents if base else ""),
        }

    @property
    def is_new(self) -> bool:
        """It is stored over nothing."""
        return self.etag is None

    @property
    def hides(self) -> bool:
        """Some characters of the stored blog cannot be shown."""
        return any(field.loses("") for field in self._fields.values())

    @property
    def original(self) -> Texts:
        """What a form shows before anything is written."""
        return Texts(**{name: field.shown for name, field in self._fields.items()})

    def loses(self, texts: Texts) -> bool:
        """Tell whether storing *texts* replaces characters that could not be shown."""
        return any(field.loses(getattr(texts, name)) for name, field in self._fields.items())

    def draft(self, texts: Texts) -> Draft:
        """Give what to store."""
        stored = {name: field.stored(getattr(texts, name)) for name, field in self._fields.items()}
        return Draft(id=self.id, **stored)

    def kept(self, texts: Texts, urls: tuple[str, ...]) -> KeptDraft:
        """Give what to keep until it is stored."""
        return KeptDraft(
            id=self.id,
            title=texts.title,
            author=texts.author,
            contents=texts.contents,
            base=self.base,
            urls=urls,
        )

    def rebase(self, theirs: Blog) -> None:
        """Store over what was stored meanwhile, and over nothing that comes after."""
        self.etag = theirs.etag

    def restart(self, theirs: Blog) -> None:
        """Begin anew with what was stored meanwhile."""
        self._begin(theirs)

    def detach(self) -> None:
        """Become a new blog: the stored one is gone, or stays beside it."""
        self.id, self.base, self.etag = new_id(), None, None


def texts_of(kept: KeptDraft) -> Texts:
    """Give what the form showed; a file may have been changed since, so it is made fit again."""
    return Texts(
        title=Field.of_line(kept.title).shown,
        author=Field.of_line(kept.author).shown,
        contents=Field.of_text(kept.contents).shown,
    )
