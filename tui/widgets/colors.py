"""The colors of the backends, and those of the theme with enough contrast.

Several of Textual's themes have texts that are hard to read. The ratios are WCAG 2.2's for text
(criterion 1.4.3) and for lines that carry a meaning (1.4.11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from textual.color import Color
from textual.theme import Theme

TEXT_RATIO: Final = 4.5
LINE_RATIO: Final = 3.0
BACKGROUNDS: Final = ("background", "surface", "panel")
FILLS: Final = ("primary", "error", "warning", "accent")
"""Backgrounds of selected, pressed or urgent texts, which have the color ``on-fill``."""
FILL_OPACITY: Final = 0.87  # of Textual's $text
TEXTS: Final = (
    "foreground",
    *(f"text-{name}" for name in ("primary", "secondary", "accent", "error", "warning", "success")),
    *(f"markdown-h{level}-color" for level in range(1, 7)),
)
FOOTER_TEXTS: Final = (
    "footer-foreground",
    "footer-description-foreground",
    "footer-key-foreground",
)

_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)
_STEPS: Final = 20
_MUTED: Final = 0.3  # how much muted text is like its background
_BACKENDS_ON_DARK: Final = {
    "functions": "#ff9f1c",
    "containers": "#35c9e8",
    "on-backend": "#000000",
}
_BACKENDS_ON_LIGHT: Final = {
    "functions": "#9a4a00",
    "containers": "#00627a",
    "on-backend": "#ffffff",
}
_TEXT: Final = f"auto {FILL_OPACITY:.0%}"


def variables(theme: Theme, colors: Mapping[str, str]) -> dict[str, str]:
    """Return the style sheet variables to add to the *colors* of *theme*, or to replace in them."""
    backends = _BACKENDS_ON_DARK if theme.dark else _BACKENDS_ON_LIGHT
    if theme.ansi:  # only the terminal knows the colors of the theme
        return {
            **backends,
            "on-fill": "ansi_bright_white",
            "on-warning": "ansi_black",
            "selection": "ansi_bright_black" if theme.dark else "ansi_white",
            "separator": colors["border-blurred"],
            "focus": colors["primary"],
        }
    return {**backends, **_fills(colors), **_texts(colors), **_lines(colors)}


def _fills(colors: Mapping[str, str]) -> dict[str, str]:
    """Return the backgrounds of selected and urgent texts, and the color of these texts."""
    found = {name: _filling(Color.parse(colors[name])).hex for name in FILLS}
    return {
        **found,
        "on-fill": _TEXT,
        "on-warning": _TEXT,
        "selection": f"{found['primary']} 30%",
        "block-cursor-background": found["primary"],
        "block-cursor-foreground": _TEXT,
    }


def _texts(colors: Mapping[str, str]) -> dict[str, str]:
    footer = [Color.parse(colors["footer-background"])]
    behind = _backgrounds(colors)
    muted = Color.parse(colors["foreground"]).blend(behind[0], _MUTED)
    found = {name: (colors[name], behind) for name in TEXTS}
    found |= {name: (colors[name], footer) for name in FOOTER_TEXTS}
    return {
        "text-muted": _readable(muted, behind, TEXT_RATIO).hex,
        **{
            name: _readable(Color.parse(color), backgrounds, TEXT_RATIO).hex
            for name, (color, backgrounds) in found.items()
        },
    }


def _lines(colors: Mapping[str, str]) -> dict[str, str]:
    """Return the colors of the lines beside a widget, with and without focus."""
    return {
        name: _readable(Color.parse(colors[source]), _backgrounds(colors), LINE_RATIO).hex
        for name, source in (("separator", "panel"), ("focus", "primary"))
    }


def _backgrounds(colors: Mapping[str, str]) -> list[Color]:
    return [Color.parse(colors[name]) for name in BACKGROUNDS]


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio: 1 for the same color, 21 for black and white."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    red, green, blue = map(_linear, color.rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    """Return the intensity of an sRGB channel."""
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- sRGB


def _readable(color: Color, backgrounds: Sequence[Color], ratio: float) -> Color:
    """Return the color of a text or a line, changed only as far as necessary."""
    pole = max((_BLACK, _WHITE), key=lambda pole: _least_contrast(pole, backgrounds))
    shades = _shades(backgrounds[0] + color, pole)
    return next((shade for shade in shades if _least_contrast(shade, backgrounds) >= ratio), pole)


def _filling(color: Color) -> Color:
    """Return the color of a background, changed only as far as necessary for a text on it."""
    text = color.get_contrast_text(1.0)
    shades = _shades(color, _BLACK if text.rgb == _WHITE.rgb else _WHITE)
    return next(
        shade for shade in shades if contrast(shade.blend(text, FILL_OPACITY), shade) >= TEXT_RATIO
    )


def _shades(color: Color, pole: Color) -> Iterable[Color]:
    return (color.blend(pole, step / _STEPS) for step in range(_STEPS + 1))


def _least_contrast(color: Color, backgrounds: Iterable[Color]) -> float:
    return min(contrast(color, background) for background in backgrounds)
