"""Write HTML and SVG. All text is escaped, except what these functions made."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterable
from typing import Final

Attribute = str | int | float | bool | None

_BIDI: Final = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_WHITESPACE: Final = set("\n\t")
_REPLACEMENT: Final = "\ufffd"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(text: str) -> Markup:
    """Return *text* for use in HTML. Characters that XML or readers cannot take are replaced."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape("".join(_safe(character) for character in text)))


def _safe(character: str) -> str:
    if character in _WHITESPACE:
        return character
    hidden = character in _BIDI or unicodedata.category(character) in {"Cc", "Cs"}
    return _REPLACEMENT if hidden or character in "\ufffe\uffff" else character


def join(parts: Iterable[str | None], separator: str = "") -> Markup:
    """Join texts and markup; None is left out."""
    return Markup(escape(separator).join(escape(part) for part in parts if part is not None))


def element(name: str, /, *children: str | None, **attributes: Attribute) -> Markup:
    """Return an element. In the names of attributes, `_` stands for `-`; `class_` is `class`."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def void(name: str, /, **attributes: Attribute) -> Markup:
    """Return an element without contents, also valid as XML."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return Markup(f"<{name}{written}/>")


def _attribute(name: str, value: Attribute) -> str:
    name = name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f' {name}="{name}"'
    written = value if isinstance(value, str) else coordinate(value)
    return f' {name}="{escape(written)}"'


def coordinate(value: float) -> str:
    """Return a number for an attribute, with at most one decimal."""
    if not math.isfinite(value):
        message = f"{value} has no place on a page"
        raise ValueError(message)
    return f"{value:.1f}".removesuffix(".0")
