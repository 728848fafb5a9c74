"""The mix of operations of a comparison, such as `read=70,list=20,write=10`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from lab.plan import Operation

WRITES: Final = frozenset({Operation.POST, Operation.EDIT, Operation.DELETE})
DEFAULT: Final = "read=70,list=20,write=10"
_WRITE: Final = "write"
_SPLIT: Final = {Operation.POST: 0.5, Operation.EDIT: 0.25, Operation.DELETE: 0.25}
"""What `write` means. There are more posts than deletes, because each delete needs a blog."""


class InvalidMix(ValueError):
    """The text is not a mix. The message says what to write instead."""


def parse(text: str) -> dict[Operation, float]:
    """Return the weight of each operation, without those of weight 0."""
    mix: dict[Operation, float] = {}
    for part in text.split(","):
        name, _, number = part.partition("=")
        weight = _weight(number.strip(), part.strip())
        for operation, share in _operations(name.strip()).items():
            if operation in mix:
                raise InvalidMix(f"{operation} occurs twice in the mix")
            mix[operation] = weight * share
    mix = {operation: weight for operation, weight in mix.items() if weight > 0}
    if not mix:
        raise InvalidMix("all weights of the mix are 0")
    return mix


def words(mix: Mapping[Operation, float]) -> str:
    """Return a mix as percentages: `read 70 %, list 20 %, post 5 %`."""
    total = sum(mix.values())
    return ", ".join(f"{name} {100 * weight / total:.3g} %" for name, weight in mix.items())


def _operations(name: str) -> Mapping[Operation, float]:
    if name == _WRITE:
        return _SPLIT
    if name not in set(Operation):
        names = ", ".join([*Operation, _WRITE])
        raise InvalidMix(f"the mix has no operation “{name}”: use {names}")
    return {Operation(name): 1.0}


def _weight(number: str, part: str) -> float:
    try:
        weight = float(number)
    except ValueError:
        weight = -1.0
    if not (math.isfinite(weight) and weight >= 0):
        raise InvalidMix(f"“{part}” is not an operation with a weight, such as read=70")
    return weight
