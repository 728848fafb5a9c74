"""Writing a blog, and what becomes of a save."""

from __future__ import annotations

from tests.tui.conftest import SMALL, staged
from tui.settings.values import BackendName

F = BackendName.FUNCTIONS


async def test_n_posts_a_blog_with_an_id_from_the_client(world, size):
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.write("A new one", "Its *contents*")
        await stage.sees("A new one", "Saved", "6 blogs")
        made = next(blog for blog in world.blogs.table.values() if blog["title"] == "A new one")
        assert made["contents"] == "Its *contents*"
        assert stage.list.current.id == made["id"]


async def test_the_form_shows_the_backend_and_a_missing_title(world, size):
    async with staged(world, size) as stage:
        await stage.press("n")
        await stage.sees("FUNCTIONS", "new blog", "Title", "^s Save")
        await stage.press("ctrl+s")
        await stage.sees("The title is empty")
        assert world.blogs.paths("POST") == []


async def test_the_form_can_be_filled_with_the_keyboard_alone(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press(*"Hi", "tab", *"Me", "tab", *"Text", "enter", *"two", "ctrl+s")
        await stage.sees("Saved")
        blog = stage.list.current
        assert (blog.title, blog.author) == ("Hi", "Me")
        assert world.blogs.table[blog.id]["contents"] == "Text\ntwo"


async def test_closing_a_form_asks_only_if_text_would_be_lost(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("escape")
        await stage.is_on("MainScreen")
        await stage.press("n")
        await stage.is_on("FormScreen")
        await stage.press("x", "ctrl+g")
        await stage.sees("Discard your changes")
        await stage.press("q")
        await stage.is_on("FormScreen")
        await stage.press("escape", "y")
        await stage.is_on("MainScreen")


async def test_e_edits_the_stored_version(world, size):
    async with staged(world, size) as stage:
        world.blogs.put(id="blog-0004", title="Changed elsewhere", contents="Their text")
        await stage.press("e")
        await stage.sees("Changed elsewhere", "Their text", "editing")
        await stage.write("My title")
        await stage.sees("My title", "Saved")
        assert world.blogs.table["blog-0004"]["contents"] == "Their text"


async def test_a_failed_save_keeps_the_text_and_shows_the_reason(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        world.faults[F].down = True
        await stage.write("Precious", "Precious text")
        await stage.sees("is not reachable", "Precious text")
        world.faults[F].down = False
        await stage.press("ctrl+s")
        await stage.sees("Saved")


async def test_a_save_without_a_response_is_checked_by_reading(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].lose_response.add("POST")
        await stage.press("n")
        await stage.write("Once")
        await stage.sees("Saved “Once”")
        assert len(world.blogs.paths("POST")) == 1
        assert [blog["title"] for blog in world.blogs.table.values()].count("Once") == 1


async def test_saving_again_after_a_lost_response_creates_one_blog(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].lose_response |= {"POST", "GET"}
        await stage.press("n")
        await stage.write("Once")
        await stage.sees("been applied")
        await stage.press("ctrl+s")
        await stage.sees("Saved “Once”")
        assert [blog["title"] for blog in world.blogs.table.values()].count("Once") == 1


async def test_a_save_in_progress_is_not_repeated_or_canceled(world):
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        gate = world.faults[F].hold()
        await stage.write("Slow")
        await world.faults[F].waiting.wait()
        await stage.press("ctrl+s", "escape")
        await stage.sees("still in progress")
        gate.set()
        await stage.sees("Saved “Slow”")
        assert len(world.blogs.paths("POST")) == 1


async def test_the_token_is_sent_unencrypted_only_after_consent(world):
    world.url = "http://far.example"
    async with staged(world, SMALL) as stage:
        await stage.press("n")
        await stage.write("Open secret")
        await stage.sees("not encrypted", "http://far.example/Prod")
        await stage.press("escape")
        await stage.is_on("FormScreen")
        assert world.blogs.paths("POST") == []
        await stage.press("ctrl+s")
        await stage.is_on("ChoiceScreen")
        await stage.press("s")
        await stage.sees("Saved")
        assert world.blogs.paths("POST") == ["/Prod/blog"]
