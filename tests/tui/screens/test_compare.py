"""One request to both backends, side by side."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.tui.client.test_compare import REQUEST, exchange
from tests.tui.conftest import LARGE, SMALL, staged, swept
from tests.tui.payloads import EVERYTHING, GIANT, PAYLOADS, harmful
from tui import text
from tui.client import compare as client_compare
from tui.client.contract import ApiError, Failure, Summary
from tui.screens.compare import beside, bodies, requests
from tui.settings.comparability import Comparability
from tui.settings.values import BackendName, SettingsError

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


async def test_with_one_backend_down_the_other_response_is_shown_and_r_repeats(world):
    async with staged(world, SMALL) as stage:
        world.faults[F].down = True
        await compare(stage)
        await stage.sees("FUNCTIONS at 127.0.0.1:1/Prod is not reachable", "body of CONTAINERS")
        world.faults[F].down = False
        await stage.press("r")
        await stage.sees("The responses are the same.")


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


SUMMARY = Summary(id="x", title="T", author="A", created_at="", updated_at="", version="v1")


def test_the_blog_can_be_compared_only_if_there_is_one_with_a_valid_id():
    assert [one.target for one in requests(SUMMARY).values()] == [
        "/blog?limit=20&view=summary",
        "/blog/x",
    ]
    assert list(requests(None)) == list(requests(replace(SUMMARY, id="no/id"))) == ["list"]


async def compared(**sides):
    """Return the comparison of two responses, or errors instead of them."""

    async def send(name, request):
        if isinstance(sides[name], Exception):
            raise sides[name]
        return sides[name]

    return await client_compare.compare(REQUEST, send)


def texts(lines):
    return [words for _, words in lines]


async def test_differences_are_marked():
    found = await compared(
        functions=exchange(b'{"a": 1}', etag='"1"', date="Monday"),
        containers=exchange(b'{"a": 2}', 206, etag='"2"', date="Tuesday"),
    )

    shown = beside(found, Comparability(), 60)
    assert ("old", "The responses differ.") in shown
    assert ("plain", f"{'status':<14}{'200':<23}206") in shown
    assert shown[-5:] == [
        ("head", "headers that differ"),
        ("old", '- etag: "1"'),
        ("new", '+ etag: "2"'),
        ("head", "headers that may differ"),
        ("dim", "date: time of the response"),
    ]
    assert bodies(found) == [
        ("backends", "bodies: - FUNCTIONS, + CONTAINERS"),
        ("plain", " {"),
        ("old", '-  "a": 1'),
        ("new", '+  "a": 2'),
        ("plain", " }"),
    ]


async def test_equal_responses_show_one_body():
    found = await compared(functions=exchange(b"[1]"), containers=exchange(b"[1]"))

    assert ("new", "The responses are the same.") in beside(found, Comparability(), 60)
    assert texts(bodies(found)) == ["the same body", "[", "  1", "]"]


DOWN = ApiError("It is not reachable.", Failure.UNREACHABLE)
NO_URL = SettingsError("The URL is not set.")


@pytest.mark.parametrize("error", [DOWN, NO_URL])
@pytest.mark.parametrize("up", BackendName)
async def test_a_response_without_the_other_is_shown_with_the_cause(up, error):
    found = await compared(**{up: exchange(b"[1]", etag='"1"'), up.other: error})

    shown = beside(found, Comparability(), 60)
    values = ["200", "-"] if up is F else ["-", "200"]
    assert ("old", f"{error} Press r to try again.") in shown
    assert ["status", *values] in [line.split() for line in texts(shown)]
    assert texts(shown)[-2:] == [f"headers of {up.word}", 'etag: "1"']
    assert texts(bodies(found)) == [f"body of {up.word}", "[", "  1", "]"]


async def test_without_any_response_both_causes_are_shown():
    found = await compared(functions=DOWN, containers=NO_URL)

    shown = texts(beside(found, Comparability(), 60))
    assert f"{DOWN} {NO_URL} Press r to try again." in shown
    assert not [line for line in shown if "headers of" in line]
    assert bodies(found) == []


@pytest.mark.parametrize("payload", [*PAYLOADS, *GIANT, EVERYTHING])
async def test_hostile_responses_are_inert(payload):
    body = json.dumps([payload], ensure_ascii=False).encode()
    header = text.line(payload)
    found = await compared(functions=exchange(body, other=header), containers=exchange(other="y"))

    for lines in (beside(found, Comparability(), 80), bodies(found)):
        assert not harmful("\n".join(texts(lines)))


async def test_sizes_and_differences_of_the_deployment_are_below_the_figures():
    found = await compared(functions=exchange(), containers=exchange())

    shown = beside(found, Comparability.of(OUTPUTS), 60)

    assert ("plain", f"{'backend size':<14}{'0.25 vCPU, 442 MB':<23}0.25 vCPU, 512 MB") in shown
    assert ("dim", "backends differ in TLS: only the functions use HTTPS.") in shown
