"""The report in Chromium: on narrow and wide screens, in both themes, and on paper."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from lab.analysis import analyse
from lab.cost import prices
from lab.cost.inputs import ContainerInputs, Inputs
from lab.cost.report import cost_report
from lab.cost.tasks import Scaling
from lab.cost.traffic import Traffic
from lab.report.html import render
from tests.lab.report import example
from tests.tui.browser import CHROMIUM, chromium

pytestmark = [
    pytest.mark.sweep,
    pytest.mark.skipif(
        CHROMIUM is None, reason="needs Chromium or Chrome on PATH (apt install chromium)"
    ),
    pytest.mark.asyncio(loop_scope="module"),
]

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SHOWN = """
[...document.querySelectorAll("svg")].filter((one) => one.getBoundingClientRect().width)
"""
# The texts of the shown charts that leave their chart, or lie on another text.
_UNREADABLE = f"""
{_SHOWN}.flatMap((chart) => {{
  const frame = chart.getBoundingClientRect();
  const texts = [...chart.querySelectorAll("text")];
  const boxes = texts.map((one) => [one, one.getBoundingClientRect()]);
  return boxes.flatMap(([one, a], index) => [
    ...(a.left < frame.left - 1 || a.right > frame.right + 8 ? [one.textContent] : []),
    ...boxes.slice(index + 1).filter(([_, b]) =>
      a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom
    ).map(([other]) => `${{one.textContent}} on ${{other.textContent}}`),
  ]);
}})
"""


def write(folder):
    inputs = Inputs(
        traffic=Traffic.constant(5_000_000),
        containers=ContainerInputs(scaling=Scaling(saturation_per_s=Decimal(13))),
    )
    cost = cost_report(inputs, prices.load("us-east-1"))
    for name, results in (("run", example.results()), ("ramp", example.ramp())):
        (folder / f"{name}.html").write_text(render(results, analyse(results), cost), "utf-8")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory):
    async with chromium(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["run", "ramp"])
async def page(browser, tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("report")
    write(folder)
    async with browser.page() as opened:
        await opened.open((folder / f"{request.param}.html").as_uri())
        await opened.until("document.readyState == 'complete'")
        yield opened
        assert opened.errors == []
        assert {urlsplit(url).scheme for url in opened.loaded} == {"file"}
        assert len(opened.loaded) == 1


async def emulate(page, media, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    await page.call("Emulation.setEmulatedMedia", media=media, features=features)


@pytest.mark.parametrize("width", [320, 360, 620, 621, 1200])
async def test_the_page_never_scrolls_sideways_and_labels_are_readable(page, width):
    await emulate(page, "screen", "light")
    await page.resize(width, 900)

    assert await page.value(_OVERFLOW) <= 0
    assert await page.value(f"{_SHOWN}.length") == await page.value(
        "document.querySelectorAll('svg').length / 2"
    )
    assert await page.value(_UNREADABLE) == []


@pytest.mark.parametrize(("scheme", "page_color"), [("light", 255), ("dark", 20)])
async def test_the_page_follows_the_theme_of_the_reader(page, scheme, page_color):
    await emulate(page, "screen", scheme)

    color = await page.value("getComputedStyle(document.body).backgroundColor")

    assert color.startswith(f"rgb({page_color},")


async def test_paper_has_light_colors_and_shows_the_tables(page):
    await emulate(page, "print", "dark")
    await page.resize(700, 900)

    hidden = await page.value(
        "[...document.querySelectorAll('details td')].filter((one) =>"
        " !one.checkVisibility({contentVisibilityAuto: true})).length"
    )

    assert hidden == 0
    assert await page.value("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )


async def test_the_keyboard_reaches_what_opens_a_table(page):
    await emulate(page, "screen", "light")

    await page.press("Tab")

    assert await page.value("document.activeElement.tagName") == "SUMMARY"
