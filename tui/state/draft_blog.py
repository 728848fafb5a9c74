"""The blog that a form edits: its original texts, and the texts to save."""

from __future__ import annotations

from dataclasses import dataclass

from tui import text
from tui.client.contract import Blog, Draft
from tui.client.writes import new_id
from tui.state.drafts import SavedDraft
from tui.text import Safe


@dataclass(frozen=True, kw_only=True)
class EditableText:
    """The text of a field. An editor cannot show every character, so unedited text is kept."""

    original: str
    shown: Safe

    @classmethod
    def of_line(cls, original: str) -> EditableText:
        """Return the text of a field with one line."""
        shown = text.editable(original).replace("\n", " ").replace("\t", " ")
        return cls(original=original, shown=Safe(shown))

    @classmethod
    def of_text(cls, original: str) -> EditableText:
        """Return the text of a field with several lines."""
        return cls(original=original, shown=text.editable(original))

    def stored(self, current: str) -> str:
        """Return the text to save when the field shows *current*."""
        if current == self.shown:
            return self.original
        return current.replace("\n", "\r\n") if self._has_windows_lines else current

    def loses(self, current: str) -> bool:
        """Return True if saving *current* replaces characters that cannot be shown."""
        shown = self.shown.replace("\n", "\r\n") if self._has_windows_lines else self.shown
        return current != self.shown and shown != self.original

    @property
    def _has_windows_lines(self) -> bool:
        ends = self.original.count("\r\n")
        return ends > 0 and ends == self.original.count("\n") == self.original.count("\r")


@dataclass(frozen=True, kw_only=True)
class FormValues:
    """The texts in the fields of a form."""

    title: str
    author: str
    contents: str


class DraftBlog:
    """A new blog, or a stored blog that is being edited."""

    def __init__(self, blog: Blog | None = None) -> None:
        # Created once, so that a retry after a lost response does not create a second blog.
        self.id = blog.id if blog else new_id()
        self._begin(blog)

    @classmethod
    def of(cls, saved: SavedDraft) -> DraftBlog:
        """Return the blog of a saved draft, with the same id."""
        draft_blog = cls(saved.base)
        draft_blog.id = saved.id
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
        """True if saving creates a blog, False if it replaces one."""
        return self.etag is None

    @property
    def has_hidden_characters(self) -> bool:
        """True if some characters of the stored blog cannot be shown."""
        return any(field.loses("") for field in self._fields.values())

    @property
    def original(self) -> FormValues:
        """The texts that the form shows first."""
        return FormValues(**{name: field.shown for name, field in self._fields.items()})

    def loses(self, texts: FormValues) -> bool:
        """Return True if saving *texts* replaces characters that cannot be shown."""
        return any(field.loses(getattr(texts, name)) for name, field in self._fields.items())

    def draft(self, texts: FormValues) -> Draft:
        """Return the draft to send to the backend."""
        stored = {name: field.stored(getattr(texts, name)) for name, field in self._fields.items()}
        return Draft(id=self.id, **stored)

    def saved_draft(self, texts: FormValues, urls: tuple[str, ...]) -> SavedDraft:
        """Return the draft to keep on disk until the blog is saved."""
        return SavedDraft(
            id=self.id,
            title=texts.title,
            author=texts.author,
            contents=texts.contents,
            base=self.base,
            urls=urls,
        )

    def rebase(self, theirs: Blog) -> None:
        """Replace the version *theirs* with the next save, but no later version."""
        self.etag = theirs.etag

    def restart(self, theirs: Blog) -> None:
        """Discard the edit, and continue with the version *theirs*."""
        self._begin(theirs)

    def detach(self) -> None:
        """Save as a new blog, because the stored one was deleted or is to be kept."""
        self.id, self.base, self.etag = new_id(), None, None


def form_values_of(saved: SavedDraft) -> FormValues:
    """Return the texts of a saved draft, made safe again: the file may have been changed."""
    return FormValues(
        title=EditableText.of_line(saved.title).shown,
        author=EditableText.of_line(saved.author).shown,
        contents=EditableText.of_text(saved.contents).shown,
    )
