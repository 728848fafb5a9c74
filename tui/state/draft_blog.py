"""A blog while it is written: what the form began with, and what is to be stored of it."""

from __future__ import annotations

from dataclasses import dataclass

from tui import text
from tui.client.contract import Blog, Draft
from tui.client.writes import new_id
from tui.state.drafts import SavedDraft
from tui.text import Safe


@dataclass(frozen=True, kw_only=True)
class EditableText:
    """An editor cannot show every text; one that nobody touched is stored as it was."""

    original: str
    shown: Safe

    @classmethod
    def of_line(cls, original: str) -> EditableText:
        """Make a field that shows one line."""
        shown = text.editable(original).replace("\n", " ").replace("\t", " ")
        return cls(original=original, shown=Safe(shown))

    @classmethod
    def of_text(cls, original: str) -> EditableText:
        """Make a field that shows many lines."""
        return cls(original=original, shown=text.editable(original))

    def stored(self, current: str) -> str:
        """Give the text to store when the field shows *current*."""
        if current == self.shown:
            return self.original
        return current.replace("\n", "\r\n") if self._has_windows_lines else current

    def loses(self, current: str) -> bool:
        """Tell whether storing *current* replaces characters that could not be shown."""
        shown = self.shown.replace("\n", "\r\n") if self._has_windows_lines else self.shown
        return current != self.shown and shown != self.original

    @property
    def _has_windows_lines(self) -> bool:
        ends = self.original.count("\r\n")
        return ends > 0 and ends == self.original.count("\n") == self.original.count("\r")


@dataclass(frozen=True, kw_only=True)
class FormValues:
    """What the fields of a form show."""

    title: str
    author: str
    contents: str


class DraftBlog:
    """A new blog, or an edit of a stored one."""

    def __init__(self, blog: Blog | None = None) -> None:
        # Made once, so that sending again after a lost answer cannot make a second blog.
        self.id = blog.id if blog else new_id()
        self._begin(blog)

    @classmethod
    def of(cls, kept: SavedDraft) -> DraftBlog:
        """Go on with a draft, as the same blog."""
        draft_blog = cls(kept.base)
        draft_blog.id = kept.id
        return draft_blog

    def _begin(self, base: Blog | None) -> None:
        self.base = base
        self.etag = base.etag if base else None
        self._fields = {
            "title": EditableText.of_line(base.title if base else ""),
            "author": EditableText.of_line(base.author if base else ""),
            "contents": EditableText.of_text(base.contents if base else ""),
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
    def original(self) -> FormValues:
        """What a form shows before anything is written."""
        return FormValues(**{name: field.shown for name, field in self._fields.items()})

    def loses(self, texts: FormValues) -> bool:
        """Tell whether storing *texts* replaces characters that could not be shown."""
        return any(field.loses(getattr(texts, name)) for name, field in self._fields.items())

    def draft(self, texts: FormValues) -> Draft:
        """Give what to store."""
        stored = {name: field.stored(getattr(texts, name)) for name, field in self._fields.items()}
        return Draft(id=self.id, **stored)

    def kept(self, texts: FormValues, urls: tuple[str, ...]) -> SavedDraft:
        """Give what to keep until it is stored."""
        return SavedDraft(
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


def form_values_of(kept: SavedDraft) -> FormValues:
    """Give what the form showed; a file may have been changed since, so it is made fit again."""
    return FormValues(
        title=EditableText.of_line(kept.title).shown,
        author=EditableText.of_line(kept.author).shown,
        contents=EditableText.of_text(kept.contents).shown,
    )
