"""The control sequences in the output of a terminal program."""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    r"|\x1b[PX^_].*?\x1b\\"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]",  # all others
    re.DOTALL,
)
_POINTER = re.compile(r"\x1b\]22;[a-z-]*\x07")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shapes(raw: bytes) -> set[str]:
    """Return the different control sequences and characters in the output of a program.

    Sequences that differ only in numbers, or in the name of a pointer shape, count as one.
    """
    words = _POINTER.sub("\x1b]22;POINTER\x07", raw.decode("utf-8", "replace"))
    found = {re.sub(r"[\d;:]+", "#", sequence) for sequence in _SEQUENCE.findall(words)}
    return found | set(_CONTROL.findall(_SEQUENCE.sub("", words)))
