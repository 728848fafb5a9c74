"""Compare screens, as text and styles, with stored snapshots.

A snapshot is a text file: the lines of the screen, then for each line the columns where styles
start, then the definitions of the styles. So a change of layout, text or colors is a readable
difference. `make snapshots` renews the files.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from rich.style import Style
from textual._context import visible_screen_stack
from textual.strip import Strip

from tests.tui.conftest import Stage

FOLDER = Path(__file__).parent / "snapshots"
RENEW = "RENEW_SNAPSHOTS"


def whole(stage: Stage) -> list[Strip]:
    """Return the lines of the screen, including what a dialog dims."""
    stage.app.screen.refresh()  # it may have been drawn without the dimmed part
    visible_screen_stack.set(list(stage.app._background_screens))  # noqa: SLF001 -- Textual's way
    return stage.strips()


def drawn(strips: Sequence[Strip]) -> str:
    """Return a screen as the text of a snapshot."""
    names: dict[str, str] = {}
    runs = [_runs(strip, names) for strip in strips]
    lines = [f"|{strip.text}|" for strip in strips]
    styles = [f"{number:3} {run}" for number, run in enumerate(runs, 1)]
    legend = [f"{name}: {style}" for style, name in names.items()]
    return "\n".join([*lines, "", *styles, "", *legend, ""])


def _runs(strip: Strip, names: dict[str, str]) -> str:
    """Return the styles of a line, each with its first column."""
    segments = list(strip)
    starts = accumulate((segment.cell_length for segment in segments), initial=0)
    runs: list[tuple[int, str]] = []
    for start, segment in zip(starts, segments, strict=False):
        name = names.setdefault(_described(segment.style), f"s{len(names)}")
        if not runs or runs[-1][1] != name:
            runs.append((start, name))
    return " ".join(f"{start}:{name}" for start, name in runs)


def _described(style: Style | None) -> str:
    """Return the colors and attributes of a style, without the action of a click."""
    plain = style.without_color if style else Style()
    words = [
        word
        for word in ("bold", "dim", "italic", "underline", "reverse", "strike")
        if getattr(plain, word)
    ]
    for part in ("color", "bgcolor"):
        color = getattr(style, part, None)
        words.append(f"{part} {color.get_truecolor().hex if color else 'default'}")
    return " ".join(words)


def check(name: str, strips: Sequence[Strip]) -> None:
    """Compare a screen with the snapshot *name*, or renew the snapshot."""
    path = FOLDER / f"{name}.txt"
    now = drawn(strips)
    if os.environ.get(RENEW):
        FOLDER.mkdir(exist_ok=True)
        path.write_text(now)
    kept = path.read_text() if path.exists() else ""
    assert now.splitlines() == kept.splitlines(), f"{path.name} differs: see CONTRIBUTING.md"
