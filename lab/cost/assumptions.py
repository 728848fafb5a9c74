"""All numbers that the model is calculated from, by name, to show and to change them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, Final, TypeVar

from lab.cost.errors import CostError
from lab.cost.inputs import Inputs
from lab.cost.numbers import number_of

_GROUPS: Final = ("functions", "containers", "shared")
_TRUTH: Final = {"true": True, "false": False}
T = TypeVar("T")


def values(inputs: Inputs) -> dict[str, int | bool | Decimal | None]:
    """Return every number by its name, such as ``functions.memory_mb``."""
    return {
        f"{group}.{name}": value
        for group in _GROUPS
        for name, value in _flat(getattr(inputs, group))
    }


def change(inputs: Inputs, name: str, text: str) -> Inputs:
    """Return *inputs* with the number *name* read from *text*."""
    known = values(inputs)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise CostError(
            f"There is no assumption {name}. {hint}`blogs cost --json` lists all of them."
        )
    group, _, field = name.partition(".")
    value = _parsed(name, text, known[name])
    return replace(inputs, **{group: _changed(getattr(inputs, group), field, value)})


def _flat(group: object) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a group, with those of its scaling."""
    for field in fields(group):  # type: ignore[arg-type]  # a dataclass
        value = getattr(group, field.name)
        if is_dataclass(value):
            yield from _flat(value)
        else:
            yield field.name, value


def _changed(group: T, name: str, value: object) -> T:
    """Return *group* with another value of the field, which may be one of its scaling."""
    for field in fields(group):  # type: ignore[arg-type]  # a dataclass
        inner = getattr(group, field.name)
        if is_dataclass(inner) and any(one.name == name for one in fields(inner)):
            return replace(group, **{field.name: _changed(inner, name, value)})  # type: ignore[type-var]  # same
    return replace(group, **{name: value})  # type: ignore[type-var]  # same


def _parsed(name: str, text: str, old: object) -> int | bool | Decimal:
    if isinstance(old, bool):
        if text not in _TRUTH:
            raise CostError(f"{name} must be true or false, not {text!r}.")
        return _TRUTH[text]
    number = number_of(name, text)
    if isinstance(old, int):
        if number != int(number):
            raise CostError(f"{name} must be a whole number, not {text!r}.")
        return int(number)
    return number
