"""The theme, which is stored for the next run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.conftest import SMALL, staged
from tui import theme
from tui.app import BlogsApp
from tui.settings.values import BackendName


async def test_the_theme_is_stored_for_the_next_run(world):
    async with staged(world, SMALL) as stage:
        assert stage.app.theme == "textual-dark"
        stage.app.theme = "nord"
        await stage.until(lambda: theme.stored(os.environ) == "nord")
    async with staged(world, SMALL) as stage:
        assert stage.app.theme == "nord"


@pytest.mark.parametrize("damage", [b"", b"no-such-theme", b"\xff\xfe", b"x" * 100_000])
def test_a_damaged_theme_file_is_ignored(world, damage):
    theme.store(os.environ, "nord")
    file = Path(os.environ["XDG_STATE_HOME"]) / "blogs" / "theme"
    file.write_bytes(damage)

    assert BlogsApp(world, BackendName.FUNCTIONS).theme == "textual-dark"


async def test_a_theme_in_the_environment_overrides_the_stored_one(monkeypatch):
    theme.store(os.environ, "nord")

    assert theme.stored({**os.environ, "TEXTUAL_THEME": "gruvbox"}) is None


async def test_a_theme_that_cannot_be_stored_applies_to_this_run(world):
    Path(os.environ["XDG_STATE_HOME"]).write_text("a file, no folder")
    async with staged(world, SMALL) as stage:
        stage.app.theme = "nord"
        await stage.sees("The theme cannot be saved")
        assert stage.app.theme == "nord"
