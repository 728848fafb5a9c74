"""Turn dataclasses into JSON values, and JSON values back into dataclasses by their types."""

from __future__ import annotations

import dataclasses
import sys
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeAlias, TypeVar, cast

T = TypeVar("T")
_GREATEST: Final = sys.float_info.max

Reader: TypeAlias = Callable[[object], Any]


class InvalidRecord(ValueError):
    """A value has the wrong type or is missing. *path* says where."""

    def __init__(self, problem: str, path: Sequence[str | int] = ()) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = tuple(path)

    def __str__(self) -> str:
        names = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        where = "".join(names).lstrip(".")
        return f"{where}: {self.problem}" if where else self.problem

    def below(self, part: str | int) -> InvalidRecord:
        """Return the same error, seen from the value that holds the wrong one."""
        return InvalidRecord(self.problem, (part, *self.path))


def to_json(value: object) -> Any:  # noqa: ANN401 (json has no type)
    """Return *value* made of dictionaries, lists, texts, numbers and None."""
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {field.name: to_json(getattr(value, field.name)) for field in fields}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [to_json(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def from_json(type_: type[T], value: object) -> T:
    """Return *value* as a *type_*. Unknown keys are ignored.

    Raises:
        InvalidRecord: a value is missing or has the wrong type.

    """
    return cast("T", reader(type_)(value))


def reader(hint: object) -> Reader:
    """Return a function that checks a JSON value and returns it as a *hint*."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return lambda value: value
    if origin in (types.UnionType, typing.Union):
        return _optional(*(each for each in arguments if each is not types.NoneType))
    if origin is Mapping:
        return _mapping(*arguments)
    if origin is Sequence:
        return sequence_reader(*arguments)
    return _of_class(cast("type", hint))


def _of_class(type_: type) -> Reader:
    if dataclasses.is_dataclass(type_):
        return _record(type_)
    if issubclass(type_, StrEnum):
        return _member(type_)
    return {str: _text, bool: _boolean, int: _integer, float: _number}[type_]


def _optional(hint: object) -> Reader:
    read = reader(hint)
    return lambda value: None if value is None else read(value)


def _mapping(key_hint: object, item_hint: object) -> Reader:
    read_key, read = reader(key_hint), reader(item_hint)

    def mapping(value: object) -> object:
        found = {}
        for key, item in _object(value).items():
            try:
                found[read_key(key)] = read(item)
            except InvalidRecord as error:
                raise error.below(key) from None
        return found

    return mapping


def sequence_reader(hint: object) -> Reader:
    """Return a function that checks a list and returns it as a tuple of *hint*."""
    read = reader(hint)

    def sequence(value: object) -> object:
        if not isinstance(value, list):
            _wrong("a list", value)
        found: list[Any] = []
        try:
            for item in value:
                found.append(read(item))  # noqa: PERF401 (its length is the place of an error)
        except InvalidRecord as error:
            raise error.below(len(found)) from None
        return tuple(found)

    return sequence


def _record(type_: type) -> Reader:
    hints = typing.get_type_hints(type_)
    fields = dataclasses.fields(type_)
    readers = {field.name: reader(hints[field.name]) for field in fields}
    required = {field.name for field in fields if _has_no_default(field)}

    def record(value: object) -> object:
        found = {}
        for name, item in _object(value).items():
            if name in readers:
                try:
                    found[name] = readers[name](item)
                except InvalidRecord as error:
                    raise error.below(name) from None
        if missing := sorted(required - found.keys()):
            raise InvalidRecord("is missing", (missing[0],))
        return type_(**found)

    return record


def _has_no_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _member(type_: type[StrEnum]) -> Reader:
    members = {member.value: member for member in type_}

    def member(value: object) -> object:
        if not isinstance(value, str) or value not in members:
            _wrong(f"one of {', '.join(members)}", value)
        return members[value]

    return member


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        _wrong("an object", value)
    return value


def _text(value: object) -> object:
    if not isinstance(value, str) or not _has_only_characters(value):
        _wrong("a text", value)
    return value


def _has_only_characters(text: str) -> bool:
    """Return False for half a surrogate pair, which JSON allows but no encoding can write."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _boolean(value: object) -> object:
    if not isinstance(value, bool):
        _wrong("true or false", value)
    return value


def _integer(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        _wrong("a whole number", value)
    return value


def _number(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -_GREATEST <= cast("float", value) <= _GREATEST:
        _wrong("a number", value)
    return value


def _wrong(expected: str, value: object) -> NoReturn:
    raise InvalidRecord(f"is not {expected}: {str(value)[:40]}")
