"""Shows long Markdown as drawn lines."""

from __future__ import annotations

from rich.console import RenderableType
from rich.markdown import Markdown

from tui.widgets.drawn_text import DrawnText
from tui.widgets.fit_markdown import make_fit


class LongText(DrawnText):
    """Markdown of any length; links are shown and not clickable."""

    def drawable(self) -> RenderableType:
        markdown = Markdown(self._source, hyperlinks=False)
        make_fit(markdown.parsed)
        return markdown
