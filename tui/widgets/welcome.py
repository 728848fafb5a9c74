"""What an empty list shows: the first keys to press."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.settings.values import BackendName


class Welcome(Static):
    """Shows the first keys to press, with an offer of sample blogs if writes are allowed."""

    DEFAULT_CSS = """
    Welcome { display: none; height: auto; max-height: 100%; padding: 1 2; }
    """

    def show(self, backend: BackendName | None, *, read_only: bool) -> None:
        """Show the keys that work on *backend*; hide if it is None."""
        self.display = backend is not None
        if backend:
            self.update(Content("\n").join(_lines(backend, read_only=read_only)))


def _lines(backend: BackendName, *, read_only: bool) -> list[Content]:
    title = Content.styled(f"No blogs yet on {backend.word}", "bold")
    general = [_line("t", f"switch to {backend.other.word}"), _line("?", "show all keys")]
    if read_only:
        return [title, Content(), *general]
    samples = _line("S", "create sample blogs, to try everything")
    return [title, Content(), _line("n", "write a blog"), *general, Content(), samples]


def _line(key: str, meaning: str) -> Content:
    return Content.assemble((f"{key}  ", "bold $text-primary"), meaning)
