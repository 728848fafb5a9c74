"""The message of a link that a person wants to follow."""

from __future__ import annotations

from textual.message import Message


class LinkClicked(Message):
    """Nothing was opened yet: that is for the person to decide."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
