"""The contrast of the colors, in every theme."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from tui.widgets import colors
from tui.widgets.colors import BACKGROUNDS, FILLS, LINE_RATIO, TEXT_RATIO, contrast

TERMINAL = {True: Color(0, 0, 0), False: Color(255, 255, 255)}
"""The background of a terminal with a dark or a light theme, whose own colors are not known."""
THEMES = [theme for theme in BUILTIN_THEMES.values() if not theme.ansi]


def all_colors(theme):
    """Return the style sheet variables of a theme, as the app has them."""
    found = {**theme.to_color_system().generate(), **theme.variables}
    return found | colors.variables(theme, found)


@pytest.fixture(params=THEMES, ids=lambda theme: theme.name)
def found(request):
    return all_colors(request.param)


def ratio(found, one, other):
    background = Color.parse(found[other])
    return contrast(background + Color.parse(found[one]), background)


def test_contrast_is_that_of_wcag():
    assert contrast(Color(0, 0, 0), Color(255, 255, 255)) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color(255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", BUILTIN_THEMES.values(), ids=lambda theme: theme.name)
@pytest.mark.parametrize("backend", ["functions", "containers"])
def test_backends_are_readable_as_text_and_behind_text(theme, backend):
    found = all_colors(theme)
    color = Color.parse(found[backend])
    background = TERMINAL[theme.dark] if theme.ansi else Color.parse(found["background"])

    assert contrast(color, background) >= TEXT_RATIO
    assert contrast(color, Color.parse(found["on-backend"])) >= TEXT_RATIO


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_texts_and_lines_are_readable(found, background):
    names = ("text-muted", *colors.TEXTS)
    texts = {name: ratio(found, name, background) for name in names}
    lines = {name: ratio(found, name, background) for name in ("separator", "focus")}

    assert min(texts.values()) >= TEXT_RATIO, texts
    assert min(lines.values()) >= LINE_RATIO, lines


def test_keys_in_the_footer_are_readable(found):
    for name in colors.FOOTER_TEXTS:
        assert ratio(found, name, "footer-background") >= TEXT_RATIO, name


@pytest.mark.parametrize("fill", [*FILLS, "block-cursor-background"])
def test_a_selected_or_urgent_text_is_readable(found, fill):
    background = Color.parse(found[fill])
    text = background + Color.automatic(colors.FILL_OPACITY * 100)

    assert found["on-fill"] == found["on-warning"] == found["block-cursor-foreground"] == "auto 87%"
    assert contrast(text, background) >= TEXT_RATIO
