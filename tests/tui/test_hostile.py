"""Hostile contents on every screen: they are shown without effect, and saved unchanged."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Input, Markdown

from tests.tui.conftest import LARGE, SMALL, World, staged, swept
from tests.tui.fake import FakeBlogs, problem
from tests.tui.payloads import ESCAPES, EVERYTHING, GIANT, MARKDOWN, MARKUP, PAYLOADS, WIDE, harmful
from tui.flows.confirm import can_be_followed
from tui.settings.values import BackendName
from tui.widgets.drawn_text import LongText

F = BackendName.FUNCTIONS


def world_with(text, contents=None):
    world = World(FakeBlogs(0))
    world.blogs.put(
        id="wild", title=text, author=text, contents=text if contents is None else contents
    )
    world.blogs.served_by = (
        text[:200]
        .encode("ascii", "replace")
        .decode()
        .replace("\x1b", "?")
        .replace("\x07", "?")
        .replace("\x08", "?")
    )
    return world


async def tour(stage):
    """Open every screen that shows a blog."""
    for keys, place in [
        (["enter"], "MainScreen"),
        (["v"], "MainScreen"),
        (["v", "c"], "ChoiceScreen"),
        (["escape", "escape", "d"], "MainScreen"),
        (["u", "slash", "a", "backspace", "enter", "f"], "MainScreen"),
        (["escape", "e"], "FormScreen"),
    ]:
        for key in keys:
            await stage.press(key)
            await stage.until(lambda: not stage.app.session.busy)
        await stage.is_on(place)
        await stage.pilot.pause()
        check(stage)
    await stage.press("f3")
    await stage.is_on("PreviewScreen")
    await stage.pilot.pause()
    check(stage)
    await stage.press("escape", "escape")
    await stage.is_on("MainScreen")
    await stage.press("l", "tab", "tab", "escape")
    check(stage)


def check(stage):
    assert not harmful(stage.text())
    width = stage.app.size.width
    for strip in stage.strips():
        assert strip.cell_length == width


@pytest.mark.parametrize("payload", [GIANT[1], *swept(GIANT[0])], ids=["wide", "ascii"])
async def test_a_giant_line_is_inert_on_every_screen(payload):
    async with staged(world_with(payload), SMALL) as stage:
        await tour(stage)


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_list_of_all_payloads_is_inert(size):
    world = world_with(EVERYTHING)
    for number, payload in enumerate(PAYLOADS):
        world.blogs.put(id=f"wild-{number}", title=payload, author=payload, contents=payload)
    async with staged(world, size) as stage:
        await stage.sees("[/nope]", "[@click=app.quit]CLICKME[/]")
        check(stage)


@pytest.mark.parametrize(
    ("payloads", "size"),
    [
        pytest.param(PAYLOADS, LARGE, id="all"),
        pytest.param(MARKUP, SMALL, id="markup", marks=pytest.mark.sweep),
        pytest.param(ESCAPES, SMALL, id="escapes", marks=pytest.mark.sweep),
        pytest.param(WIDE, SMALL, id="wide", marks=pytest.mark.sweep),
    ],
)
async def test_a_hostile_blog_is_inert_on_every_screen(payloads, size):
    async with staged(world_with(" ".join(payloads), "\n\n".join(payloads)), size) as stage:
        await tour(stage)


@pytest.mark.parametrize("size", [LARGE, *swept(SMALL)])
async def test_a_hostile_conflict_and_a_hostile_draft_are_inert(size):
    world = world_with("Title", EVERYTHING)
    async with staged(world, size) as stage:
        await stage.press("e")
        await stage.is_on("FormScreen")
        stage.app.screen.query_one("#title").value = "[/nope] mine"
        world.blogs.put(id="wild", title=EVERYTHING[::-1], author=EVERYTHING, contents=EVERYTHING)
        await stage.press("ctrl+s")
        await stage.is_on("ConflictScreen")
        await stage.sees("Theirs, saved", "▌")
        check(stage)
        await stage.press("escape")
        await stage.is_on("FormScreen")
        await stage.press("escape")
        await stage.is_on("ChoiceScreen")
        await stage.press("k")
        await stage.is_on("MainScreen")
        await stage.press("n")
        await stage.is_on("ChoiceScreen")
        await stage.sees("[/nope] mine")
        check(stage)


@pytest.mark.parametrize("size", [SMALL, *swept(LARGE)])
async def test_hostile_markdown_is_inert(size):
    async with staged(world_with("Markdown", MARKDOWN), size) as stage:
        await stage.press("enter")
        await stage.sees("long text to truncate")
        check(stage)


def test_hostile_markdown_of_great_length_is_inert():
    lines = LongText(MARKDOWN * 200).drawn(80)

    shown = "\n".join("".join(segment.text for segment in line) for line in lines)
    assert "LOCK=SAFE" in shown
    assert not harmful(shown)
    assert {sum(segment.cell_length for segment in line) for line in lines} == {80}


SLOW_OR_DEEP = (
    ">" * 7000,
    "- " * 3500,
    "[" * 7000,
    "*a " * 2000,
    "`" * 7000,
    "|" + "a|" * 2000 + "\n|" + "-|" * 2000,
    "# x\n" * 2000,
    "```python\n" + "(" * 7000,
    "![x](y)" * 1000,
    "".join("  " * i + "- x\n" for i in range(80)),
)


async def test_slow_or_deeply_nested_markdown_is_shown():
    world = World(FakeBlogs(0))
    for number, contents in enumerate(SLOW_OR_DEEP):
        world.blogs.put(id=f"deep-{number}", title="Deep", contents=contents)
    async with staged(world, SMALL) as stage:
        for number in reversed(range(len(SLOW_OR_DEEP))):
            await stage.press("enter")
            await stage.sees(f"id deep-{number}")
            await stage.until(lambda: not stage.app.session.busy)
            await stage.press("escape", "down")
            await stage.sees("10 blogs")


async def test_hovering_a_table_cell_parses_no_markup():
    world = world_with("Table", MARKDOWN)
    async with staged(world, SMALL, tooltips=True) as stage:
        stage.app.TOOLTIP_DELAY = 0.01
        await stage.press("enter")
        await stage.sees("long text to truncate")
        lines = stage.text().splitlines()
        row = next(y for y, line in enumerate(lines) if "long text" in line)
        await stage.pilot.hover(offset=(lines[row].index("long"), row))
        await stage.settled()
        await stage.sees("long text to truncate")


async def test_a_click_on_markup_in_a_title_does_nothing():
    async with staged(world_with("[@click=app.quit]CLICKME[/]"), SMALL) as stage:
        await stage.sees("[@click=app.quit]CLICKME[/]")
        for row in range(4):
            await stage.pilot.click(offset=(50, row))
        await stage.pilot.pause()
        assert stage.app.is_running


async def test_a_link_opens_only_after_its_full_address_was_shown(monkeypatch):
    opened = []
    world = world_with("Links", "[nice](https://example.org/" + "a" * 150 + "?end)")
    async with staged(world, SMALL) as stage:
        monkeypatch.setattr(stage.app, "open_url", opened.append)
        await stage.press("enter")
        await stage.sees("nice")
        markdown = stage.reader.query_one(Markdown)
        link = "https://example.org/" + "a" * 150 + "?end"
        markdown.post_message(Markdown.LinkClicked(markdown, link))
        await stage.is_on("ChoiceScreen")
        await stage.until(lambda: link in "".join(stage.text().split()).replace("│", ""))
        await stage.press("escape")
        await stage.is_on("MainScreen")
        assert opened == []
        markdown.post_message(Markdown.LinkClicked(markdown, link))
        await stage.is_on("ChoiceScreen")
        await stage.press("b")
        await stage.until(lambda: opened == [link])


OTHER_SCHEMES = (
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:x",
    "relative",
    "ssh://host",
    "//host",
    "https://[::1",
)


@pytest.mark.parametrize("url", OTHER_SCHEMES)
def test_links_with_other_schemes_cannot_be_followed(url):
    assert not can_be_followed(url)


@pytest.mark.parametrize("url", ["http://host", "https://host/?a=b", "mailto:me@host"])
def test_web_and_mail_links_can_be_followed(url):
    assert can_be_followed(url)


async def test_a_link_that_cannot_be_followed_is_not_opened(monkeypatch):
    async with staged(world_with("Links", "[a](relative) https://host"), SMALL) as stage:
        monkeypatch.setattr(stage.app, "open_url", pytest.fail)
        await stage.press("enter")
        await stage.until(lambda: stage.reader.blog)
        await stage.press("o")
        await stage.is_on("LinksScreen")
        await stage.press("enter")
        await stage.sees_toast("Only http, https and mailto links can be opened, not “relative”.")


async def test_a_hostile_problem_text_is_an_inert_toast():
    world = world_with("x")
    async with staged(world, SMALL) as stage:
        world.faults[F].replace = lambda method, path: problem(500, EVERYTHING)
        await stage.press("r")
        await stage.sees("[/nope]")
        check(stage)


async def test_toasts_never_parse_markup():
    async with staged(world_with("x"), LARGE) as stage:
        for text in ("[/nope]", "[@click=app.quit]x[/]", "\x1b]52;c;x\x07 end"):
            stage.list.notify(text)
            stage.app.notify(text, title=text, markup=True)
        await stage.sees("[/nope]", "[@click=app.quit]x[/]", " end")
        check(stage)
        assert stage.app.is_running


async def test_editing_the_title_keeps_hidden_characters_in_contents():
    world = world_with("Title", "a\x1b[31mb\x00\r\n\u2028c")
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.sees("cannot be displayed")
        await stage.write("Better")
        await stage.sees("Saved")
        assert world.blogs.table["wild"]["contents"] == "a\x1b[31mb\x00\r\n\u2028c"


async def test_an_edit_that_would_lose_hidden_characters_asks():
    world = world_with("Title", "a\x1b[31mb")
    async with staged(world, SMALL) as stage:
        await stage.press("e")
        await stage.write("Better", "ab!")
        await stage.sees("Save with the replaced characters?")
        await stage.press("escape")
        await stage.is_on("FormScreen")
        assert world.blogs.table["wild"]["title"] == "Title"
        await stage.press("ctrl+s")
        await stage.is_on("ChoiceScreen")
        await stage.press("s")
        await stage.sees("Saved")
        assert world.blogs.table["wild"]["contents"] == "ab!"


async def test_pasted_text_triggers_no_keys(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        form = stage.app.screen
        form.query_one("#title", Input).post_message(events.Paste("one\r\ntwo\x1b[31m\ttab\x07"))
        await stage.until(lambda: "tabs in the pasted text were replaced" in stage.toasts())
        assert "6 characters that cannot be displayed" in stage.toasts()
        contents = form.query_one("#contents")
        contents.focus()
        contents.post_message(
            events.Paste("\r".join(f"line {n}" for n in range(50)) + "\x1b]0;x\x07")
        )
        await stage.until(lambda: contents.text.count("\n") == 49)
        assert form.query_one("#title", Input).value == "one two tab"
        assert "\x1b" not in contents.text
        check(stage)
