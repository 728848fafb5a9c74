"""The style sheet of the report can be read in both themes."""

import re

import pytest

from tests.running import ROOT

SHEET = (ROOT / "lab" / "report" / "report.css").read_text("utf-8")
TEXT, GRAPHICS = 4.5, 3.0
"""The least contrast of text and of graphics (WCAG 2.2, level AA)."""
PAIRS = [
    *((name, "page", TEXT) for name in ("text", "muted")),
    *((name, "panel", TEXT) for name in ("text", "muted")),
    ("warning-text", "warning-page", TEXT),
    *((name, "page", GRAPHICS) for name in ("functions", "containers", "axis")),
    *((name, f"{name}-slot", GRAPHICS) for name in ("functions", "containers")),
]


def themes():
    """Return the colors of the light and the dark theme by their names."""
    blocks = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)
    return [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks[:2]]


def luminance(color):
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def blend(color, ground, opacity):
    pairs = [(int(color[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(a * opacity + b * (1 - opacity)):02x}" for a, b in pairs)


def contrast(one, other):
    low, high = sorted(luminance(color) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
def test_colors_have_enough_contrast(theme):
    low = {pair: contrast(theme[pair[0]], theme[pair[1]]) for pair in PAIRS}

    assert {pair: found for pair, found in low.items() if found < pair[2]} == {}


@pytest.mark.parametrize("theme", themes(), ids=["light", "dark"])
@pytest.mark.parametrize("backend", ["functions", "containers"])
@pytest.mark.parametrize("below", ["page", "slot"])
def test_dots_of_the_timeline_have_enough_contrast(theme, backend, below):
    opacity = float(re.search(r"stroke-opacity: ([\d.]+)", SHEET)[1])
    ground = theme["page" if below == "page" else f"{backend}-slot"]

    assert contrast(blend(theme[backend], ground, opacity), ground) >= GRAPHICS


def test_both_themes_define_every_color_in_use():
    light, dark = themes()

    assert light.keys() == dark.keys() == set(re.findall(r"var\(--([\w-]+)\)", SHEET))


def test_paper_shows_the_tables():
    assert "details-content" in SHEET.partition("@media print")[2]
