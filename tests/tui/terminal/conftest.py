"""A backend, and an environment that names it."""

from __future__ import annotations

import os

import pytest

from tests.tui.fake import TOKEN, FakeBlogs, serve


@pytest.fixture
def served():
    with serve(FakeBlogs(5)) as served:
        yield served


@pytest.fixture
def environ(served):
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "COLUMNS", "LINES"}
    }
    return kept | {
        "TERM": "xterm-256color",
        "BLOGS_FUNCTIONS_URL": f"{served.url}/Prod",
        "BLOGS_CONTAINERS_URL": served.url,
        "BLOGS_WRITE_TOKEN": TOKEN,
    }
