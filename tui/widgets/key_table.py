"""The keys that work on a screen, in groups and as lines of its help."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product, zip_longest
from typing import Any, Final

from textual.binding import Binding
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

_LONGEST_KEYS: Final = 20
_TEXTUAL: Final = 2  # the rank of Textual's own keys, such as those that scroll
_TWO_COLUMNS: Final = 64  # the width from which on there are two columns
_GAP: Final = 3
_NAMES: Final = {
    "Move the focus": ("Focus Next", "Focus Previous"),
    "Scroll": (
        *("Scroll Up", "Scroll Down", "Scroll Left", "Scroll Right", "Scroll Home", "Scroll End"),
        *("Page Up", "Page Down", "Page Left", "Page Right"),
    ),
    "Move": (
        *("Up", "Down", "First", "Last", "Next command", "Previous command"),
        *("Next page", "Previous page", "Go to top", "Go to bottom"),
    ),
    "Choose": ("Select", "Press button"),
    "Move the cursor": (
        *("Move cursor left", "Move cursor right or accept the completion suggestion"),
        *("Move cursor left a word", "Move cursor right a word", "Go to start", "Go to end"),
        *("Cursor up", "Cursor down", "Cursor left", "Cursor right", "Cursor page up"),
        *("Cursor page down", "Cursor word left", "Cursor word right", "Cursor line start"),
        "Cursor line end",
    ),
    "Select text": (
        *("Move cursor left and select", "Move cursor right and select", "Select line start"),
        *("Move cursor left a word and select", "Move cursor right a word and select"),
        *("Select line end", "Cursor up select", "Cursor down select", "Cursor left select"),
        *("Cursor right select", "Cursor left word select", "Cursor right word select"),
        *("Cursor line start select", "Cursor line end select", "Select line", "Select all"),
    ),
    "Delete text": (
        *("Delete character left", "Delete character right", "Delete left to start of word"),
        *("Delete right to start of word", "Delete all to the left", "Delete all to the right"),
        *("Delete to line start", "Delete to line end", "Delete line"),
    ),
    "Leave the field": ("Submit",),
    "Cut": ("Cut selected text",),
    "Copy selection": ("Copy selected text",),
    "Paste": ("Paste text from the clipboard",),
    "Close": ("Exit the command palette",),
}
_SIDEWAYS: Final = {"scroll_left", "scroll_right", "page_left", "page_right"}
_UP_AND_DOWN: Final = {
    *("scroll_up", "scroll_down", "scroll_home", "scroll_end", "page_up", "page_down"),
}
TEXTUAL_NAMES: Final = {theirs: ours for ours, many in _NAMES.items() for theirs in many}
"""One short name for all of Textual's own bindings of a kind, such as those that scroll."""


@dataclass
class Entry:
    """What some keys do: the name from the footer and the menu, and an explanation."""

    name: str
    more: str
    rank: int
    keys: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return f"{self.name} ({self.more})" if self.more else self.name


Groups = dict[str, list[Entry]]
"""The entries by the title of their widget, screen or app."""


def groups_of(screen: Screen[Any]) -> Groups:
    """Return what each active key of *screen* and its focused widget does."""
    entries: dict[str, Entry] = {}
    groups: Groups = {}
    for node, binding, _, more in screen.active_bindings.values():
        if binding.key.startswith("super+"):  # terminals rarely send it
            continue
        if not can_scroll(node, binding.action):
            continue
        name = TEXTUAL_NAMES.get(binding.description, binding.description)
        if name not in entries:
            entries[name] = entry = Entry(name, more, _rank(binding))
            groups.setdefault(_title(screen, node, entry), []).append(entry)
        key = screen.app.get_key_display(binding.with_key(binding.key))
        if key not in entries[name].keys:
            entries[name].keys.append(key)
    for group in groups.values():
        group.sort(key=lambda entry: entry.rank)
    return groups


def _title(screen: Screen[Any], node: DOMNode, entry: Entry) -> str:
    """Return the title of the group; every screen but a dialog has Textual's own keys."""
    is_common = node is screen and entry.rank == _TEXTUAL and not screen.is_modal
    owner = screen.app if is_common else node
    return owner.BINDING_GROUP_TITLE or screen.BINDING_GROUP_TITLE or ""


def _rank(binding: Binding) -> int:
    """Return 0 for what only this screen does, 1 for what the app does, or _TEXTUAL."""
    if binding.description in TEXTUAL_NAMES:
        return _TEXTUAL
    return 1 if binding.action.startswith("app.") else 0


def can_scroll(node: DOMNode, action: str) -> bool:
    """Return False if the action scrolls and *node* has nothing to scroll."""
    if not isinstance(node, Widget):
        return True
    if action in _SIDEWAYS:
        return node.allow_horizontal_scroll
    return node.allow_vertical_scroll or action not in _UP_AND_DOWN


def lines(groups: Groups, width: int) -> list[Content]:
    """Return the lines of a table in one or two columns."""
    columns = 2 if width >= _TWO_COLUMNS else 1
    room = (width - _GAP * (columns - 1)) // columns
    blocks = [_block(title, entries, room) for title, entries in groups.items()]
    if columns == 1:
        return _stacked(blocks)
    left, right = min(_splits(blocks), key=lambda split: max(map(len, split)))
    empty = Content("")
    pairs = zip_longest(left, right, fillvalue=empty)
    return [Content.assemble(_padded(one, room + _GAP), other) for one, other in pairs]


def _block(title: str, entries: Sequence[Entry], width: int) -> list[Content]:
    """Return the lines of one group, with the keys as wide as is best for its height."""
    longest = max(len(key) for entry in entries for key in entry.keys)
    blocks = (_rows(entries, wide, width) for wide in range(longest, _LONGEST_KEYS + 1))
    return [Content.styled(title, "bold underline"), *min(blocks, key=len)]


def _rows(entries: Iterable[Entry], keys_width: int, width: int) -> list[Content]:
    rows = []
    for entry in entries:
        keys = textwrap.wrap(" ".join(entry.keys), keys_width)
        words = textwrap.wrap(entry.words, max(8, width - keys_width - 1))
        for left, right in zip_longest(keys, words, fillvalue=""):
            rows.append(Content.assemble((left.ljust(keys_width + 1), "bold"), right))
    return rows


def _splits(blocks: Sequence[list[Content]]) -> Iterator[tuple[list[Content], list[Content]]]:
    """Yield all ways to put the blocks into two columns, the first block into the left one."""
    for others in product((True, False), repeat=len(blocks) - 1):
        is_left = (True, *others)
        yield (
            _stacked([block for block, left in zip(blocks, is_left, strict=True) if left]),
            _stacked([block for block, left in zip(blocks, is_left, strict=True) if not left]),
        )


def _stacked(blocks: Sequence[list[Content]]) -> list[Content]:
    """Return the lines of all blocks, with an empty line between two blocks."""
    stacked: list[Content] = []
    for block in blocks:
        stacked += [Content(""), *block] if stacked else block
    return stacked


def _padded(line: Content, width: int) -> Content:
    return Content.assemble(line, " " * max(0, width - line.cell_length))
