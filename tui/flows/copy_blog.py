"""Copies parts of a blog through the terminal (OSC 52), which also works over SSH."""

from __future__ import annotations

from typing import Final

from textual.app import App

from tui import text
from tui.client.contract import ApiError, Summary
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.state.session import Session

_CHOICES: Final = (Choice("c", "Contents"), Choice("i", "Id"), Choice("l", "Link"))


async def copy(app: App[None], session: Session, blog: Summary) -> None:
    """Ask what to copy, and copy it."""
    link = f"{session.backend.url}/blog/{blog.id}"
    question = text.line(f"Copy from “{text.title(blog.title, 80)}”:")
    answer = await app.push_screen_wait(ChoiceScreen(question, _CHOICES))
    if answer == "c":
        await _copy_contents(app, session, blog)
    elif answer:
        app.copy_to_clipboard(link if answer == "l" else blog.id)
        app.notify(f"The {'link' if answer == 'l' else 'id'} was copied to the clipboard.")


async def _copy_contents(app: App[None], session: Session, listed: Summary) -> None:
    try:
        blog = await session.read_blog(listed.id)
    except ApiError as error:
        app.notify(str(error), severity="error")
        return
    app.copy_to_clipboard(blog.contents)
    app.notify("The contents were copied to the clipboard.")
