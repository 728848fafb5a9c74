"""The curves of both backends, which differ in dash and color."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lab.backends import Backend
from tui.widgets.plot import Curve

DASHES: Final = {Backend.FUNCTIONS: 1, Backend.CONTAINERS: 3}


def curves_of(points: Mapping[Backend, Sequence[tuple[float, float]]]) -> list[Curve]:
    """Return a curve for each backend."""
    return [
        Curve(word=backend.upper(), dash=dash, points=points[backend])
        for backend, dash in DASHES.items()
    ]
