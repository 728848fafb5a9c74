"""The form: errors while typing, preview, drafts, conflicts."""

from __future__ import annotations

import pytest
from textual.messages import ExitApp
from textual.widgets import Markdown

from tests.tui.conftest import GRACE_S, LARGE, SMALL, staged
from tests.tui.fake import TOKEN
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS


async def open_form(stage, key="n"):
    await stage.press(key)
    await stage.is_on("FormScreen")


def field(stage, name):
    return stage.app.screen.query_one(f"#{name}")


async def test_the_form_shows_sizes_and_limits_while_typing(world, size):
    async with staged(world, size) as stage:
        await open_form(stage)
        await stage.sees("Title  0 of 200 characters", "Author  0 of 100", "0 of 262,144 bytes")
        await stage.press(*"Hey", "tab", *"Me")
        field(stage, "contents").load_text("é€")
        await stage.sees("Title  3 of 200 characters", "Author  2 of 100", "5 of 262,144 bytes")
        assert not stage.app.screen.query(".wrong")


MISTAKES = (
    ("title", "x" * 201, "The title is longer than 200 characters."),
    ("author", "x" * 101, "The author is longer than 100 characters."),
    ("title", "  ", "The title is empty"),
)


async def test_errors_appear_beside_their_field_and_disappear(world):
    async with staged(world, LARGE) as stage:
        await open_form(stage, "e")
        for name, text, words in MISTAKES:
            field(stage, name).value = text
            await stage.sees(words)
            wrong = [one.id for one in stage.app.screen.query(".wrong")]
            assert wrong == [name]
            field(stage, name).value = "x"
            await stage.until(lambda: not stage.app.screen.query(".wrong"))


async def test_f3_previews_the_text_and_returns_to_it(world, size):
    async with staged(world, size) as stage:
        await open_form(stage)
        field(stage, "title").value = "My title"
        field(stage, "contents").load_text("# Head\n\nSome *text* and [link](https://example.org)")
        await stage.press("f3")
        await stage.is_on("PreviewScreen")
        await stage.sees("My title", "by nobody", "preview", "Head", "Some text and link")
        markdown = stage.app.screen.query_one(Markdown)
        markdown.post_message(Markdown.LinkClicked(markdown, "https://example.org"))
        await stage.sees_toast("https://example.org")
        await stage.press("f3")
        await stage.is_on("FormScreen")
        assert "*text*" in field(stage, "contents").text


async def test_the_focus_returns_after_a_failed_save(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("x", "tab")
        world.faults[F].down = True
        await stage.press("ctrl+s")
        await stage.sees("is not reachable")
        await stage.until(lambda: stage.app.focused is field(stage, "author"))


def saved_drafts(stage):
    return stage.app.session.drafts.find(stage.app.session.urls)


async def test_a_draft_is_kept_until_the_blog_is_saved(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("x")
        await stage.until(lambda: [draft.title for draft in saved_drafts(stage)] == ["x"])
        await stage.press("ctrl+s")
        await stage.sees("Saved “x”")
        await stage.until(lambda: not saved_drafts(stage))


async def test_a_draft_is_kept_during_steady_typing(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        for _ in range(190):
            field(stage, "title").insert_text_at_cursor("x")
            await stage.pilot.pause(0.02)
            if saved_drafts(stage):
                return
    raise AssertionError("nothing was kept while keys came")


async def test_a_draft_is_kept_when_the_page_of_the_app_is_closed(world, monkeypatch):
    monkeypatch.setattr("tui.screens.form.KEEP_DELAY", GRACE_S)
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("x")
        assert not saved_drafts(stage)
        stage.app.post_message(ExitApp())  # as Textual's driver for browsers does
        await stage.until(lambda: saved_drafts(stage))


async def test_later_text_is_added_to_the_draft(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        for title in ("x", "xx", "xxx"):
            await stage.press("x")
            await stage.until(
                lambda title=title: [one.title for one in saved_drafts(stage)] == [title]
            )


async def test_a_draft_from_before_a_crash_is_offered_at_the_next_start(world, size, tmp_path):
    async with staged(world, size) as stage:
        await open_form(stage)
        field(stage, "contents").load_text("Long thought")
        await stage.press(*"Mine")
        await stage.until(lambda: any(draft.title == "Mine" for draft in saved_drafts(stage)))
        draft_id = saved_drafts(stage)[0].id
        stage.app.exit()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert b"Long thought" in files
    assert TOKEN.encode() not in files

    async with staged(world, size) as stage:
        await stage.sees("Draft (n continues): your new blog “Mine”")
        await stage.press("n")
        await stage.sees("was not saved", "Continue (c)")
        await stage.press("c")
        await stage.is_on("FormScreen")
        await stage.sees("Mine", "Long thought", "new blog")
        await stage.press("ctrl+s")
        await stage.sees("Saved “Mine”")
        assert draft_id in world.blogs.table
        assert not saved_drafts(stage)


async def test_a_continued_edit_is_based_on_the_version_it_started_from(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage, "e")
        field(stage, "title").value = "Mine"
        await stage.until(lambda: saved_drafts(stage))
        stage.app.exit()
    world.blogs.put(id="blog-0004", title="Theirs")

    async with staged(world, SMALL) as stage:
        await stage.sees("Draft (n continues): your edit of “Mine”")
        await stage.press("e")
        await stage.sees("was not saved", "Continue (c)")
        await stage.press("c")
        await stage.is_on("FormScreen")
        await stage.press("ctrl+s")
        await stage.is_on("ConflictScreen")
        assert world.blogs.table["blog-0004"]["title"] == "Theirs"


async def test_a_draft_can_be_postponed_or_discarded(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("x", "escape")
        await stage.sees("Discard your changes", "Keep as draft (k)")
        await stage.press("k")
        await stage.is_on("MainScreen")
        await stage.sees_toast("Kept as a draft. Press n to continue it.")
        await stage.sees("Draft (n continues): your new blog “x”")
        assert [draft.title for draft in saved_drafts(stage)] == ["x"]
        await stage.press("n")
        await stage.is_on("ChoiceScreen")
        await stage.press("n")
        await stage.is_on("FormScreen")
        assert field(stage, "title").value == ""
        await stage.press("escape")
        await stage.is_on("MainScreen")
        await stage.press("n")
        await stage.is_on("ChoiceScreen")
        await stage.press("escape")
        await stage.is_on("MainScreen")
        assert saved_drafts(stage)
        await stage.press("n")
        await stage.is_on("ChoiceScreen")
        await stage.press("x")
        await stage.is_on("FormScreen")
        assert not saved_drafts(stage)
        await stage.press("escape")
        await stage.is_on("MainScreen")
        await stage.until(lambda: "Draft (" not in stage.text())


async def test_discarded_text_is_not_kept(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("x")
        await stage.until(lambda: saved_drafts(stage))
        await stage.press("escape")
        await stage.is_on("ChoiceScreen")
        await stage.press("y")
        await stage.is_on("MainScreen")
        assert not saved_drafts(stage)


async def test_a_draft_is_kept_during_a_save_and_after_a_failure(world):
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        gate = world.faults[F].hold()
        world.faults[F].lose_response |= {"POST", "GET"}
        await stage.write("Precious")
        await world.faults[F].waiting.wait()
        assert [draft.title for draft in saved_drafts(stage)] == ["Precious"]
        gate.set()
        await stage.sees("been applied")
        assert [draft.title for draft in saved_drafts(stage)] == ["Precious"]


async def test_a_draft_that_cannot_be_written_is_reported(world, tmp_path):
    (tmp_path / "state" / "blogs").mkdir(parents=True)
    (tmp_path / "state" / "blogs" / "drafts").write_text("a file")
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("x")
        await stage.sees("The draft cannot be saved: ")
        await stage.press("ctrl+c")
        await stage.sees("not saved). Quit?")
        await stage.press("escape", "f3")
        await stage.is_on("PreviewScreen")
        await stage.press("Q")
        await stage.sees("not saved). Quit?")
        await stage.press("escape", "escape")
        await stage.is_on("FormScreen")
        await stage.press("escape")
        await stage.sees("Keep as draft (k)")
        await stage.press("k")
        await stage.is_on("FormScreen")
        await stage.sees("The draft cannot be saved: ")
        await stage.press("ctrl+s")
        await stage.sees("Saved “x”")


async def test_a_missing_editor_or_suspend_support_is_one_message(world, monkeypatch):
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with staged(world, SMALL) as stage:
        await open_form(stage)
        await stage.press("f4")
        await stage.sees("No editor is set. Set VISUAL or EDITOR")
        monkeypatch.setenv("EDITOR", "true")
        await stage.press("f4")
        await stage.sees("cannot be suspended in this terminal")


def are_side_by_side(stage, *words):
    return any(all(word in line for word in words) for line in stage.text().splitlines())


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_wide_conflict_shows_both_versions_side_by_side(world, size):
    async with staged(world, size) as stage:
        await open_form(stage, "e")
        world.blogs.put(id="blog-0004", title="Theirs", contents="same\ntheirs")
        await stage.write("Mine", "same\nmine")
        await stage.is_on("ConflictScreen")
        await stage.sees("Mine, not saved", "Theirs, saved 2026-11-25", "▌ mine", "▌ theirs")
        assert "▌ same" not in stage.text()
        await stage.until(lambda: are_side_by_side(stage, "▌ mine", "▌ theirs") == (size == LARGE))
        await stage.press("escape")
        await stage.is_on("FormScreen")
        assert field(stage, "contents").text == "same\nmine"


async def test_v_switches_between_raw_and_rendered_text(world, size):
    world.blogs.put(id="x", title="T", contents="# Head\n\nsome *text*")
    async with staged(world, size) as stage:
        await stage.press("enter")
        await stage.sees("some text")
        await stage.press("v")
        await stage.sees("# Head", "some *text*")
        await stage.press("q", "down", "enter")
        await stage.sees("id blog-0004")
        await stage.press("v")
        await stage.until(lambda: stage.reader.query(Markdown))


async def test_contents_id_or_link_can_be_copied(world, size):
    link = "http://127.0.0.1:1/Prod/blog/blog-0004"
    async with staged(world, size) as stage:
        for key, copied in (("c", "Hello"), ("i", "blog-0004"), ("l", link)):
            await stage.press("c")
            await stage.sees("Copy from “Blog number 4”:")
            await stage.press(key)
            await stage.sees_toast("clipboard")
            assert stage.app.clipboard == copied
            stage.app.clear_notifications()
