"""One request to both backends, side by side."""

from __future__ import annotations

import json
import re

import pytest

from tests.tui.conftest import LARGE, SMALL, World, staged, swept
from tests.tui.fake import FakeBlogs, Response
from tests.tui.payloads import ESCAPES, EVERYTHING, GIANT, MARKUP, harmful
from tui.settings.values import BackendName

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS
HUGE = (200, 60)


async def compare(stage):
    await stage.press("B")
    await stage.is_on("CompareScreen")


@pytest.mark.parametrize("size", [SMALL, HUGE, *swept(LARGE)])
async def test_the_selected_blog_is_requested_from_both_backends(world, size):
    async with staged(world, size) as stage:
        # The reading pane beside the list requests the blog, too.
        await stage.until(lambda: size == SMALL or "id blog-0004" in stage.text())
        await compare(stage)
        await stage.sees("GET /blog/blog-0004", "The responses are the same.", "the same body")
        assert world.blogs.requests[-2:] == [
            ("GET", "/Prod/blog/blog-0004"),
            ("GET", "/blog/blog-0004"),
        ]
        await stage.sees("FUNCTIONS", "CONTAINERS", "first byte", "server: app")

        await stage.press("l")
        await stage.sees("GET /blog?limit=20&view=summary", "The responses are the same.")
        await stage.press("b")
        await stage.sees("GET /blog/blog-0004")
        await stage.press("q")
        await stage.is_on("MainScreen")


async def test_the_figures_fit_the_width_of_their_pane(world):
    async with staged(world, HUGE) as stage:
        await compare(stage)
        await stage.sees("The responses are the same.")
        stage.app.screen.query_one("#figures").styles.width = 50
        await stage.until(
            lambda: any(
                -1 < line.find("FUNCTIONS") < line.find("CONTAINERS") < 50
                for line in stage.text().splitlines()
            )
        )


async def test_without_blogs_the_list_is_compared():
    async with staged(World(FakeBlogs(0)), SMALL) as stage:
        await compare(stage)
        await stage.sees("GET /blog?limit=20&view=summary", "The responses are the same.")


@pytest.mark.parametrize("size", [SMALL, HUGE])
async def test_differences_are_marked(world, size):
    other = {**world.blogs.table["blog-0004"], "title": "Another"}
    world.faults[C].replace = lambda method, path: (
        Response(206, {"ETag": '"other"'}, json.dumps(other).encode()) if "0004" in path else None
    )
    async with staged(world, size) as stage:
        await compare(stage)
        await stage.sees("The responses differ.", "206", '+  "title": "Another"')
        await stage.press("shift+tab", "end")
        await stage.sees('+ etag: "other"', "x-served-by: server that responded")


def figures_text(stage):
    """Return the whole text of the pane of figures, visible or not."""
    return "\n".join(words for _, words in stage.app.screen.query_one("#figures")._wrapped)  # noqa: SLF001 -- no public attribute


@pytest.mark.parametrize(
    ("size", "down", "up"),
    [
        (SMALL, F, C),
        (HUGE, C, F),
        pytest.param(SMALL, C, F, marks=pytest.mark.sweep),
        pytest.param(HUGE, F, C, marks=pytest.mark.sweep),
    ],
)
async def test_with_one_backend_down_the_other_response_is_shown(world, size, down, up):
    async with staged(world, size) as stage:
        world.faults[down].down = True
        await compare(stage)
        await stage.sees(f"{down.word} at 127.0.0.1:1", "is not reachable")
        await stage.sees(f"body of {up.word}", '"id": "blog-0004"')
        shown = figures_text(stage)
        assert "Press r to try again." in shown.replace("\n", "")  # lines can wrap anywhere
        for name, *values in (("status", "no response", "200"), ("server: app", "-", "1[.]5")):
            row = [name, *(values if down is F else reversed(values))]
            assert re.search(" +".join(row), shown)
        assert f"headers of {up.word}\n" in shown
        assert "x-served-by: functions/GetBlogs/abcd1234" in shown
        world.faults[down].down = False
        await stage.press("r")
        await stage.sees("The responses are the same.")


async def test_with_both_backends_down_both_causes_are_shown(world):
    async with staged(world, LARGE) as stage:
        for name in BackendName:
            world.faults[name].down = True
        await compare(stage)
        await stage.until(lambda: figures_text(stage).count("is not reachable") == 2)
        assert re.search(r"status +no response +no response", figures_text(stage))
        assert "headers of" not in figures_text(stage)


async def test_with_one_url_set_the_error_for_the_other_is_shown(world):
    world.names = (F,)
    async with staged(world, SMALL) as stage:
        await compare(stage)
        await stage.sees("The URL of the CONTAINERS backend is not set", "body of FUNCTIONS")
        assert re.search(r"status +200 +-", figures_text(stage))


async def test_a_late_comparison_is_not_shown(world):
    async with staged(world, SMALL) as stage:
        gate = world.faults[F].hold()
        await compare(stage)
        await world.faults[F].waiting.wait()
        world.faults[F].gate = None
        await stage.press("l")
        await stage.sees("GET /blog?limit=20", "The responses are the same.")
        gate.set()
        await stage.until(lambda: not stage.app.session.busy)
        await stage.pilot.pause()
        assert "GET /blog?limit=20" in stage.text()


@pytest.mark.parametrize(
    ("payload", "size"),
    [
        pytest.param(EVERYTHING, HUGE, id="all"),
        pytest.param(GIANT[1], SMALL, id="giant"),
        *(
            pytest.param(payload, size, marks=pytest.mark.sweep)
            for payload in (" ".join(MARKUP), " ".join(ESCAPES), EVERYTHING, *GIANT)
            for size in (SMALL, HUGE)
        ),
    ],
)
async def test_hostile_responses_are_inert(size, payload):
    world = World(FakeBlogs(1))
    fit = payload[:2000].replace("\0", "").encode("utf-8", "replace").decode("latin-1")
    body = json.dumps([payload], ensure_ascii=False).encode()
    async with staged(world, size) as stage:
        world.faults[F].replace = lambda method, path: Response(200, {"X-Other": fit}, body)
        world.faults[C].replace = lambda method, path: Response(200, {"X-Other": "y"}, b"[]")
        await compare(stage)
        await stage.sees("The responses differ.")
        for key in ("end", "shift+tab", "end"):
            assert not harmful(stage.text())
            for strip in stage.strips():
                assert strip.cell_length == size[0]
            await stage.press(key)


async def test_a_blog_with_an_invalid_id_leaves_only_the_list():
    world = World(FakeBlogs(0))
    world.blogs.put(id="no/id", title="T")
    async with staged(world, SMALL) as stage:
        await compare(stage)
        await stage.sees("GET /blog?limit=20&view=summary", "The responses are the same.")
