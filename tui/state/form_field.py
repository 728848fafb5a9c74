"""A field of a form with one line for each field."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FormField:
    """Its label before it, its unit after it, and the text that it starts with."""

    name: str
    label: str
    about: str
    default: str
