"""Draw charts as SVG: axes, lines, markers, text and a legend.

Colors come from the style sheet of the page, by class. Each backend also has its own marker and
dash, so that no chart depends on color.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from lab.backends import Backend
from lab.report.markup import Markup, coordinate, element, join, void
from lab.report.scales import Scale

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
Shape = Literal["circle", "square", "diamond", "cross"]

WIDE: Final = 760
NARROW: Final = 350
"""The widths of the two versions of each chart. The style sheet shows the one that fits."""

CHARACTER: Final = 7.2
"""The width of a character of the charts' text, on the safe side."""
LINE_HEIGHT: Final = 18
_SAMPLE: Final = 32
_TICK: Final = 5

MARKER: Final[dict[str, Shape]] = {Backend.FUNCTIONS: "circle", Backend.CONTAINERS: "square"}
DASH: Final = {Backend.FUNCTIONS: None, Backend.CONTAINERS: "7 4"}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A chart with the margins around its plot, in pixels."""

    width: int
    height: int
    left: int = 48
    right: int = 12
    top: int
    bottom: int = 44

    @property
    def x_end(self) -> int:
        return self.width - self.right

    @property
    def y_end(self) -> int:
        return self.height - self.bottom


def canvas(frame: Frame, title: str, *children: str) -> Markup:
    """Return the chart, named for screen readers."""
    return element(
        "svg",
        element("title", title),
        *children,
        class_="narrow" if frame.width <= NARROW else "wide",
        viewBox=f"0 0 {frame.width} {frame.height}",
        role="img",
        aria_label=title,
    )


def text(at: Point, content: str, anchor: Anchor = "start", class_: str | None = None) -> Markup:
    shown = None if anchor == "start" else anchor
    return element("text", content, x=at[0], y=at[1], text_anchor=shown, class_=class_)


def line(points: Iterable[Point], class_: str, dash: str | None = None) -> Markup:
    """Return a line through all points, or nothing without points."""
    steps = "L".join(f"{coordinate(x)} {coordinate(y)}" for x, y in points)
    return void("path", d=f"M{steps}", class_=class_, stroke_dasharray=dash) if steps else Markup()


def rectangle(start: Point, end: Point, class_: str) -> Markup:
    (left, top), (right, bottom) = start, end
    size = {"width": max(right - left, 0.1), "height": max(bottom - top, 0.1)}
    return void("rect", x=left, y=top, **size, class_=class_)


def dots(points: Iterable[Point], class_: str) -> Markup:
    """Return many dots as one path; the style sheet gives them their shape."""
    steps = "".join(f"M{coordinate(x)} {coordinate(y)}h0" for x, y in points)
    return void("path", d=steps, class_=f"dots {class_}") if steps else Markup()


def marker(shape: Shape, at: Point, class_: str, *, size: float = 4.5) -> Markup:
    """Return one marker. With `hollow` among its classes it shows the page inside."""
    x, y = at
    if shape == "circle":
        return void("circle", cx=x, cy=y, r=size, class_=class_)
    if shape == "square":
        return rectangle((x - size, y - size), (x + size, y + size), class_)
    if shape == "diamond":
        outline = ((x, y - size), (x + size, y), (x, y + size), (x - size, y), (x, y - size))
        return line(outline, class_)
    falling = ((x - size, y - size), (x + size, y + size))
    strokes = (falling, ((x - size, y + size), (x + size, y - size)))
    return join(line(stroke, class_) for stroke in strokes)


def text_width(content: str) -> float:
    return len(content) * CHARACTER


# -- axes -------------------------------------------------------------------------------------


def bottom_axis(frame: Frame, scale: Scale, label: str, write: Callable[[float], str]) -> Markup:
    """Return the axis below the plot, with grid lines. Ticks without room have no label."""
    y = frame.y_end
    parts = [line(((frame.left, y), (frame.x_end, y)), "axis")]
    labeled: list[Point] = []
    for tick in sorted(scale.ticks(), key=bool):  # 0 first: it always has its label
        x, written = scale(tick), write(tick)
        parts.append(line(((x, frame.top), (x, y + _TICK)), "grid"))
        half = text_width(written) / 2
        start, end = x - half, x + half
        if written and end <= frame.width + 2 and all(end < a or b < start for a, b in labeled):
            parts.append(text((x, y + 19), written, "middle", "muted"))
            labeled.append((start - CHARACTER, end + CHARACTER))
    parts.append(text((frame.x_end, y + 38), label, "end", "muted"))
    return join(parts)


def left_axis(
    frame: Frame, scale: Scale, label: str, write: Callable[[float], str], above: int = 13
) -> Markup:
    """Return the axis left of the plot, with its label *above* it and grid lines."""
    parts = [text((0, frame.top - above), label, class_="muted")]
    free_from = float("inf")
    for tick in scale.ticks():
        y = scale(tick)
        parts.append(line(((frame.left, y), (frame.x_end, y)), "grid"))
        if y + 5 <= free_from:
            parts.append(text((frame.left - 6, y + 4), write(tick), "end", "muted"))
            free_from = y - 10
    return join(parts)


# -- legend -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Key:
    """One entry of a legend. *sample* draws what stands beside the label around a point."""

    label: str
    sample: Callable[[Point], Markup]


def backend_key(backend: Backend) -> Key:
    """Return the entry of a backend with a line and its marker."""

    def sample(at: Point) -> Markup:
        x, y = at
        stroke = line(((x - 16, y), (x + 16, y)), backend, DASH[backend])
        return join((stroke, marker(MARKER[backend], at, f"full {backend}")))

    return Key(label=backend.value, sample=sample)


def marker_key(backend: Backend) -> Key:
    """Return the entry of a backend that has markers only."""
    return Key(
        label=backend.value, sample=lambda at: marker(MARKER[backend], at, f"full {backend}")
    )


def line_key(backend: Backend) -> Key:
    """Return the entry of a backend whose line has no markers."""

    def sample(at: Point) -> Markup:
        x, y = at
        return line(((x - 16, y), (x + 16, y)), backend, DASH[backend])

    return Key(label=backend.value, sample=sample)


def legend(keys: Sequence[Key], width: int) -> tuple[Markup, int]:
    """Return the legend from the top of the chart, and its height."""
    x, y, parts = 0.0, 10.0, []
    for key in keys:
        needed = _SAMPLE + 6 + text_width(key.label)
        if x and x + needed > width:
            x, y = 0.0, y + LINE_HEIGHT + 2
        parts += [key.sample((x + _SAMPLE / 2, y)), text((x + _SAMPLE + 6, y + 4), key.label)]
        x += needed + 14
    return join(parts), round(y) + 14
