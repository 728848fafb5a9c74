"""Follows a link of a blog without a mouse: the only one, or one that is picked of a list."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Label, OptionList

from tui import text
from tui.client.contract import Blog
from tui.hyperlinks import Hyperlink, hyperlinks
from tui.screens.agreement import follow_link
from tui.screens.closing import ClosesOnce, is_on_top
from tui.state.session import Session
from tui.widgets.options import Options

MOST_LISTED: Final = 500  # more would take the screen a second and longer to show


class LinksScreen(ModalScreen[str | None], ClosesOnce[str | None]):
    """Gives the address of the link that is picked, None when the person turns away."""

    CSS_PATH = "links.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+g", "dismiss(None)", "Cancel"),
        Binding("question_mark", "app.help", "Help", show=False),
        Binding("ctrl+c", "app.quit", show=False),  # a dialog hides the app's own keys
        Binding("ctrl+z", "app.suspend_process", show=False),
    ]

    def __init__(self, links: Sequence[Hyperlink]) -> None:
        super().__init__()
        self._links = links

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Label(Content(f"{_count(len(self._links))} (enter follows, esc leaves)"))
            yield Options(*map(_option, self._links[:MOST_LISTED]), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._links[event.option_index].url)


def _count(links: int) -> str:
    return (
        f"{links:,} links"
        if links <= MOST_LISTED
        else f"The first {MOST_LISTED} of {links:,} links"
    )


def _option(link: Hyperlink) -> Content:
    address = text.line(link.url)
    if link.words == link.url:
        return Content(address)
    return Content.assemble(text.title(link.words), "\n  ", (address, "dim"))


async def follow_one(screen: Screen[Any], session: Session, blog: Blog) -> None:
    """Let the person pick a link of *blog* when there are several, and ask before it is opened."""
    with session.working():
        links = await asyncio.to_thread(hyperlinks, blog.contents)
    if not is_on_top(screen):
        return
    if not links:
        screen.notify("This blog has no links.")
    elif len(links) == 1:
        await follow_link(screen.app, links[0].url)
    elif url := await screen.app.push_screen_wait(LinksScreen(links)):
        await follow_link(screen.app, url)
