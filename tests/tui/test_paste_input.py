from __future__ import annotations

from textual._xterm_parser import XTermParser
from textual.events import Key, Paste

from tui.terminal.paste_input import keep_nul


def test_a_pasted_nul_reaches_the_app_and_a_typed_one_is_no_character(monkeypatch):
    monkeypatch.setattr(XTermParser, "feed", XTermParser.feed)  # restored after the test
    keep_nul()

    paste, key = XTermParser().feed("\x1b[200~a\x00b\x1b[201~\x00")

    assert isinstance(paste, Paste)
    assert paste.text == "a\x80b"
    assert isinstance(key, Key)
    assert not key.is_printable
