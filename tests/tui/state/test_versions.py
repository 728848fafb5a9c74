"""The differences between two versions of a blog."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.conftest import LARGE, SMALL, staged
from tui.client.contract import LARGEST_CONTENTS, Blog, Draft
from tui.state.versions import versions
from tui.widgets.drawn_text import LongText, RawText
from tui.widgets.marked_text import MarkedText

HEAD = 3  # title, author, and an empty line
WORDS = "word " * 50_000


def versions_of(mine, theirs, title="T"):
    draft = Draft(id="x", title=title, author="A", contents=mine)
    stamps = {"created_at": "", "updated_at": "", "version": "", "etag": ""}
    return versions(draft, Blog(id="x", title="T", author="A", contents=theirs, **stamps))


def marked_lines(version):
    return [line for line, own in zip(version.lines, version.is_own, strict=True) if own]


def test_lines_of_only_one_version_are_marked():
    mine, theirs = versions_of("same\nmine\nsame", "same\ntheirs\nsame")

    assert (marked_lines(mine), marked_lines(theirs)) == (["mine"], ["theirs"])
    assert mine.positions == theirs.positions == [(HEAD + 1, 0)]


def test_a_difference_at_the_end_of_the_largest_blog_is_found():
    same = "x" * (LARGEST_CONTENTS - 1)
    mine, theirs = versions_of(same + "m", same + "t")

    assert (marked_lines(mine), marked_lines(theirs)) == ([same + "m"], [same + "t"])
    assert mine.positions == theirs.positions == [(HEAD, len(same))]


def test_positions_are_the_first_difference_and_later_marks():
    mine, theirs = versions_of("a\nb\nc\nd", "a\nnew\nb\nc\nother", title="Mine")

    assert mine.positions == [(0, len("Title: ")), (HEAD + 3, 0)]
    assert theirs.positions == [(0, len("Title: ")), (HEAD + 1, 0), (HEAD + 4, 0)]


@pytest.mark.parametrize(("mine", "theirs"), [("a\nb", "a"), ("a", "a\nb"), ("", ""), ("a", "a")])
def test_a_version_that_ends_first_has_a_position(mine, theirs):
    for version in versions_of(mine, theirs):
        assert len(version.lines) > version.positions[0].line


def test_a_repeated_line_has_a_position_but_no_mark():
    mine, theirs = versions_of("a\na\nb", "a\nb")

    assert not marked_lines(mine) + marked_lines(theirs)
    assert mine.positions == theirs.positions == [(HEAD + 1, 0)]


@given(st.text("ab \n"), st.text("ab \n"), st.integers(1, 9))
def test_every_position_is_in_a_row_of_its_line(mine, theirs, width):
    for version in versions_of(mine, theirs):
        shown = MarkedText(version, id="x")
        rows = [line[0].text[2:] for line in shown.drawn(width)]
        below = [rows[row] for row in shown.rows_at(width)]

        assert len(below) == len(version.positions)
        for row, place in zip(below, version.positions, strict=True):
            assert row in version.lines[place.line]


async def conflict(stage, mine, theirs):
    await stage.press("e")
    await stage.is_on("FormScreen")
    stage.world.blogs.put(id="blog-0004", title="Blog number 4", author="Ada", contents=theirs)
    stage.app.screen.query_one("#contents").load_text(mine)
    await stage.press("ctrl+s")
    await stage.is_on("ConflictScreen")


async def test_a_conflict_opens_at_the_first_difference(world):
    async with staged(world, SMALL) as stage:
        await conflict(stage, f"{WORDS}MINE", f"{WORDS}THEIRS")
        await stage.sees("MINE", "THEIRS", "▌")


async def test_n_cycles_through_the_differences(world):
    gap = "\nsame" * 100
    async with staged(world, SMALL) as stage:
        await conflict(stage, f"M1{gap}\nM2{gap}\nM3", f"T1{gap}\nT2{gap}\nT3")
        for number in (1, 2, 3, 1):
            await stage.sees(f"M{number}", f"T{number}")
            await stage.press("n")


async def test_a_resize_keeps_the_difference_visible(world):
    async with staged(world, SMALL) as stage:
        same = WORDS[:20_000]
        await conflict(stage, f"{same}MINE", f"{same}THEIRS")
        await stage.sees("MINE", "THEIRS")
        await stage.pilot.resize_terminal(*LARGE)
        await stage.sees("MINE", "THEIRS")


@pytest.mark.parametrize("widget", [LongText, RawText])
def test_the_largest_blog_is_drawn_to_its_end(widget):
    contents = ("word " * LARGEST_CONTENTS)[: LARGEST_CONTENTS - 8] + "\nTHE END"

    *_, last = widget(contents).drawn(80)

    assert "".join(segment.text for segment in last).rstrip().endswith("THE END")


def test_many_short_lines_are_drawn_to_the_end():
    drawn = RawText("\n" * (LARGEST_CONTENTS - 1) + "x").drawn(80)

    assert len(drawn) == LARGEST_CONTENTS
    assert drawn[-1][0].text == "x"
