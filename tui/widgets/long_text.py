"""Shows long Markdown as drawn lines."""

from __future__ import annotations

import io

from rich.console import Console
from rich.markdown import Markdown
from rich.segment import Segment

from tui import text
from tui.widgets.drawn_text import DrawnText
from tui.widgets.fit_markdown import make_fit


class LongText(DrawnText):
    """Markdown of any length; links are shown and not clickable."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source = text.block(source)

    def drawn(self, width: int) -> list[list[Segment]]:
        console = Console(
            width=width,
            file=io.StringIO(),
            force_terminal=True,
            color_system="truecolor",
            legacy_windows=False,
        )
        markdown = Markdown(self._source, hyperlinks=False)
        make_fit(markdown.parsed)
        return console.render_lines(markdown)
