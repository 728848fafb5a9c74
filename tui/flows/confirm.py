"""Confirmations: send the token unencrypted, open a link."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from urllib.parse import urlsplit

from textual.app import App
from textual.screen import Screen

from tui import text
from tui.client.contract import ApiError, Blog, Failure
from tui.dialogs.base import is_on_top
from tui.dialogs.choice import Choice, ChoiceScreen
from tui.settings.values import BackendName
from tui.state.session import Session

_LINK_SCHEMES: Final = {"http", "https", "mailto"}


async def confirm_plain_http(
    app: App[None], session: Session, backend: BackendName, error: ApiError
) -> bool:
    """If *error* is about plain HTTP, ask whether to send the token anyway."""
    if error.failure is not Failure.PLAIN_HTTP:
        return False
    question = text.line(
        f"The connection to {session.backend_of(backend).url} is not encrypted: others on the "
        "network can read the write token. Send it anyway, until you quit?"
    )
    answer = await app.push_screen_wait(ChoiceScreen(question, [Choice("s", "Send it", "danger")]))
    if answer:
        session.allow_plain_http_token()
    return bool(answer)


async def may_send(app: App[None], session: Session, backend: BackendName) -> bool:
    """Check before a write whether it can be sent to *backend*, and ask if needed."""
    try:
        await session.check_permission(backend)
    except ApiError as error:
        if error.failure is not Failure.PLAIN_HTTP:
            app.notify(str(error), severity="error")
        return await confirm_plain_http(app, session, backend, error)
    return True


def can_be_followed(url: str) -> bool:
    """Return True if the scheme of *url* is one that the app opens."""
    try:
        return urlsplit(url).scheme in _LINK_SCHEMES
    except ValueError:  # such as an unclosed bracket in the host
        return False


async def follow_link(app: App[None], url: str) -> None:
    """Show the address of a link, and open or copy it."""
    if not can_be_followed(url):
        shown = text.line(url, 80)
        app.notify(f"Only http, https and mailto links can be opened, not “{shown}”.")
        return
    question = text.line(f"Open this link? {url}", len(url) + 80)
    # Not o, the key that led here: held down, it would open an unread address.
    choices = [Choice("b", "Open in the browser"), Choice("c", "Copy")]
    answer = await app.push_screen_wait(ChoiceScreen(question, choices))
    if answer == "b":
        app.open_url(url)
    elif answer == "c":
        app.copy_to_clipboard(url)
        app.notify("Copied the link.")


async def choose_link(screen: Screen[Any], session: Session, blog: Blog) -> None:
    """Let the user choose a link of *blog*, and confirm before it is opened."""
    # Imported for the first link: Markdown takes 0.1 s.
    from tui.dialogs.links import LinksScreen, find_links  # noqa: PLC0415 -- see above

    with session.working():
        links = await asyncio.to_thread(find_links, blog.contents)
    if not is_on_top(screen):
        return
    if not links:
        screen.notify("This blog has no links.")
    elif len(links) == 1:
        await follow_link(screen.app, links[0].url)
    elif url := await screen.app.push_screen_wait(LinksScreen(links)):
        await follow_link(screen.app, url)
