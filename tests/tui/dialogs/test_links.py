"""The links of a blog, found and opened with the keyboard."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import OptionList

from tests.running import TIMEOUT_S
from tests.tui.conftest import LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs
from tests.tui.payloads import ESCAPES, EVERYTHING, MARKUP, PAYLOADS, harmful
from tests.tui.test_palette import offered
from tui.dialogs import links
from tui.dialogs.links import Link, find_links

KINDS = """\
[marked *up* `code`](https://marked.example/é "title"), <https://auto.example>, <me@auto.example>,
https://bare.example/a?b=1. http://plain.example, mailto:you@bare.example and [ref][r].

> * [far
>   down](https://deep.example)

| a |
|---|
| [cell](https://cell.example) |

[![picture](https://image.example)](https://around.example) ![alone](https://image.example)

    https://code.example

`https://code.example` [again](https://auto.example) [script](javascript:alert(1))

[r]: https://ref.example
"""


def world_with(contents):
    world = World(FakeBlogs(0))
    world.blogs.put(id="linked", title="Links", contents=contents)
    return world


async def open_blog(stage):
    await stage.press("enter")
    await stage.until(lambda: stage.reader.blog)


def test_links_of_every_kind_are_found_once_and_in_order():
    assert find_links(KINDS) == [
        Link("marked up code", "https://marked.example/%C3%A9"),
        Link("https://auto.example", "https://auto.example"),
        Link("me@auto.example", "mailto:me@auto.example"),
        Link("https://bare.example/a?b=1", "https://bare.example/a?b=1"),
        Link("http://plain.example", "http://plain.example"),
        Link("mailto:you@bare.example", "mailto:you@bare.example"),
        Link("ref", "https://ref.example"),
        Link("far down", "https://deep.example"),
        Link("cell", "https://cell.example"),
        Link("picture", "https://around.example"),
    ]


@pytest.mark.parametrize("contents", ["", "no link", "[" * 7000, "[](", *PAYLOADS[:2], "[x]: y"])
def test_a_text_without_links_has_none(contents):
    assert find_links(contents) == []


@pytest.mark.parametrize(
    ("size", "length", "keys"),
    [
        pytest.param(SMALL, 0, [], id="short"),
        pytest.param(LARGE, 9_000, [], id="long"),
        pytest.param(SMALL, 0, ["v"], id="raw"),
    ],
)
async def test_the_only_link_opens_its_dialog_directly(monkeypatch, size, length, keys):
    opened = []
    contents = "word " * (length // 5) + "[nice](https://example.org/there)"
    async with staged(world_with(contents), size) as stage:
        monkeypatch.setattr(stage.app, "open_url", opened.append)
        await open_blog(stage)
        await stage.press(*keys, "o")
        await stage.is_on("ChoiceScreen")
        await stage.sees("https://example.org/there")
        assert opened == []
        await stage.press("b")
        await stage.until(lambda: opened == ["https://example.org/there"])


async def test_selecting_one_of_several_links_opens_its_dialog(monkeypatch):
    opened = []
    async with staged(world_with(KINDS), SMALL) as stage:
        monkeypatch.setattr(stage.app, "open_url", opened.append)
        await open_blog(stage)
        await stage.press("o")
        await stage.is_on("LinksScreen")
        await stage.sees("10 links", "marked up code", "https://marked.example/%C3%A9")
        await stage.press("end", "up", "enter")
        await stage.is_on("ChoiceScreen")
        await stage.sees("https://cell.example")
        await stage.press("b")
        await stage.until(lambda: opened == ["https://cell.example"])


async def test_the_links_can_be_closed_without_opening_one(monkeypatch):
    async with staged(world_with(KINDS), SMALL) as stage:
        monkeypatch.setattr(stage.app, "open_url", pytest.fail)
        await open_blog(stage)
        for keys in (["escape"], ["enter", "escape"]):
            await stage.press("o")
            await stage.is_on("LinksScreen")
            await stage.press(*keys)
            await stage.is_on("MainScreen")
            await stage.settled()


async def test_the_screen_accepts_keys_while_links_are_searched(monkeypatch):
    found = threading.Event()
    monkeypatch.setattr(links, "find_links", lambda _: found.wait(TIMEOUT_S) and [])
    async with staged(world_with(KINDS), SMALL) as stage:
        await open_blog(stage)
        await stage.press("o")
        await stage.sees("waiting")
        await stage.press("question_mark")
        await stage.is_on("HelpScreen")
        await stage.press("q")
        found.set()
        await stage.sees_toast("This blog has no links.")
        await stage.until(lambda: "waiting" not in stage.text())


async def test_only_the_first_500_links_are_listed_with_a_note():
    contents = " ".join(f"[{number}](https://example.org/{number})" for number in range(1200))
    async with staged(world_with(contents), SMALL) as stage:
        await open_blog(stage)
        await stage.press("o")
        await stage.is_on("LinksScreen")
        await stage.sees("The first 500 of 1,200 links (enter opens, esc cancels)")
        assert stage.app.screen.query_one(OptionList).option_count == 500
        await stage.press("end", "enter")
        await stage.is_on("ChoiceScreen")
        await stage.sees("https://example.org/499")


async def test_a_held_key_opens_no_link(monkeypatch):
    async with staged(world_with("https://example.org"), SMALL) as stage:
        monkeypatch.setattr(stage.app, "open_url", pytest.fail)
        await open_blog(stage)
        await stage.press("o")
        await stage.is_on("ChoiceScreen")
        await stage.press("o", "o")
        assert stage.screen_name == "ChoiceScreen"


async def test_a_blog_without_links_shows_a_message():
    async with staged(world_with("none"), SMALL) as stage:
        await open_blog(stage)
        await stage.press("o")
        await stage.sees_toast("This blog has no links.")


async def test_the_palette_lists_links_only_while_a_blog_is_open():
    async with staged(world_with(KINDS), SMALL) as stage:
        assert "Open a link" not in offered(stage)
        await open_blog(stage)
        assert "Open a link" in offered(stage)
        await stage.press("escape")
        await stage.until(lambda: not stage.reader.display)
        assert "Open a link" not in offered(stage)


@pytest.mark.parametrize(
    ("words", "size"),
    [
        pytest.param(f"{EVERYTHING} &#x1b;[2J&#x202e;", LARGE, id="all"),
        pytest.param("x" * 9000, (30, 8), id="giant"),
        *(
            pytest.param(words, size, marks=pytest.mark.sweep)
            for words in (" ".join(MARKUP), " ".join(ESCAPES), "x" * 9000, "")
            for size in ((30, 8), SMALL, LARGE)
        ),
    ],
)
async def test_hostile_links_are_inert(size, words):
    label = words.replace("[", "\\[").replace("]", "\\]")
    address = "https://example.org/&#x1b;&#x202e;[/nope]" + "日" * 300
    contents = f"[{label}](<{address}>) <https://example.org/[@click=app.quit]x[/]>"
    async with staged(world_with(contents), size) as stage:
        await open_blog(stage)
        await stage.press("o")
        await stage.is_on("LinksScreen")
        await stage.until(lambda: stage.app.screen.query_one(OptionList).option_count == 2)
        for key in ("down", "up"):
            await stage.press(key)
            assert not harmful(stage.text())
            for strip in stage.strips():
                assert strip.cell_length == size[0]
        await stage.press("enter")
        await stage.is_on("ChoiceScreen")
        assert not harmful(stage.text())
