"""The types of the command's arguments. Each checks one text, and tells what to use instead."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Final, TypeVar

from tui.client.contract import LARGEST_PAGE

_LARGEST_PORT: Final = 65535
T = TypeVar("T")


def parsed_by(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Return a type whose errors have the message of the ValueError of *parse*."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise ArgumentTypeError(str(error)) from error

    return parsed


def not_empty(text: str) -> str:
    """Reject an empty value: it usually comes from an unset variable in a script."""
    if not text:
        raise ArgumentTypeError("the value is empty")
    return text


def etag(text: str) -> str:
    """Return an ETag; add the quotes if they are missing."""
    tag = text.strip()
    if not tag or not all(" " <= character <= "~" for character in tag):
        raise ArgumentTypeError("use only printable ASCII characters")
    return tag if tag == "*" or '"' in tag else f'"{tag}"'


def page_size(text: str) -> int:
    count = positive_number(text)
    if count > LARGEST_PAGE:
        raise ArgumentTypeError(f"use a whole number from 1 to {LARGEST_PAGE}")
    return count


def positive_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise ArgumentTypeError("use a whole number of at least 1")
    return int(text)


def port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > _LARGEST_PORT:
        raise ArgumentTypeError(f"use a whole number from 0 to {_LARGEST_PORT}")
    return int(text)
