"""The mutations in `mutations.toml`. `mutants.py` plants them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final


@dataclass(frozen=True)
class Mutation:
    """A mistake: pairs of text to replace in *file*, and the test that is likely to catch it."""

    name: str
    file: str
    edits: tuple[tuple[str, str], ...]
    likely_test: str


def _mutation(entry: dict[str, Any]) -> Mutation:
    edits = tuple((before, after) for before, after in entry["replace"])
    return Mutation(entry["name"], entry["file"], edits, entry["likely_test"])


MUTATIONS: Final = tuple(
    map(_mutation, tomllib.loads(Path(__file__).with_suffix(".toml").read_text())["mutation"])
)
