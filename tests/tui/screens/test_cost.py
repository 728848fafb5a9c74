"""The cost screen."""

from __future__ import annotations

from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.tui.conftest import LARGE, SMALL, World, staged
from tests.tui.fake import FakeBlogs
from tui.settings import price_file


async def open_cost(stage):
    await stage.press("dollar_sign")
    await stage.is_on("CostScreen")
    await stage.sees("USD a month")


async def test_the_cost_is_recalculated_as_the_user_types(world):
    async with staged(world, SMALL) as stage:
        await open_cost(stage)
        await stage.sees("FUNCTIONS 2.41 USD, CONTAINERS 35.18 USD a month")
        await stage.press("ctrl+u", *"100M")
        await stage.sees("FUNCTIONS 211.65 USD, CONTAINERS 61.88 USD")
        await stage.press("tab", "ctrl+u", *"1024")
        await stage.sees("FUNCTIONS 23")


async def test_a_field_that_is_not_valid_says_why_and_keeps_the_last_cost(world):
    async with staged(world, SMALL) as stage:
        await open_cost(stage)
        await stage.press("x")
        await stage.sees("not a number, such as 1M", "FUNCTIONS 2.41 USD")
        await stage.press("backspace", "0")
        await stage.sees("FUNCTIONS 0.00 USD")
        assert "not a number" not in stage.text()


async def test_a_small_screen_shows_the_items_or_the_chart(world):
    async with staged(world, SMALL) as stage:
        await open_cost(stage)
        await stage.sees("HTTP API requests")
        await stage.press("f3")
        await stage.sees("USD a month, by requests a month (log scale)", "your traffic", "18.8M")
        assert "HTTP API requests" not in stage.text()


async def test_a_large_screen_shows_both(world):
    async with staged(world, LARGE) as stage:
        await open_cost(stage)
        await stage.sees("HTTP API requests", "USD a month, by requests", "18.8M")


async def test_the_sizes_and_the_region_are_those_of_the_stack():
    outputs = {**OUTPUTS, "FunctionMemory": 512, "Region": "eu-west-1"}
    async with staged(World(FakeBlogs(1), outputs=outputs), LARGE) as stage:
        await open_cost(stage)
        await stage.sees("512")


async def test_a_damaged_price_file_is_named_and_the_packaged_regions_remain(world):
    async with staged(world, SMALL) as stage:
        file = price_file.path(stage.app.session.environ)
        file.parent.mkdir(parents=True)
        file.write_text("{")
        await stage.press("dollar_sign")
        await stage.is_on("CostScreen")
        await stage.sees("Expecting", "Delete", "--refresh-prices")
        file.unlink()
        await stage.press("1")
        await stage.sees("FUNCTIONS ")
        assert "Expecting" not in stage.text()


async def test_the_screen_closes_and_opens_once_however_often_the_key_is_pressed(world):
    async with staged(world, SMALL) as stage:
        await stage.press("dollar_sign", "dollar_sign")
        await stage.is_on("CostScreen")
        await stage.press("escape")
        await stage.is_on("MainScreen")
        await stage.settled()
        assert stage.screen_name == "MainScreen"
