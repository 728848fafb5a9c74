"""The connections screen, the top line, and read-only mode, in the app."""

from __future__ import annotations

import threading
from argparse import Namespace

import pytest
from textual import events

from tests.running import TIMEOUT_S
from tests.tui.conftest import SMALL, World, staged
from tests.tui.fake import TOKEN, FakeBlogs, serve
from tui.app import BlogsApp
from tui.settings import preferences
from tui.settings.backends import Backend, Backends, Deployment, Finder, Flags
from tui.settings.config import Config
from tui.settings.connections import Candidate, Connections
from tui.settings.values import BackendName, Token
from tui.state.session import Session

HUGE = (200, 60)


def backends_at(url, stack="stack dev", token=TOKEN):
    return Backends(
        by_name={name: Backend(name=name, url=url, source=stack) for name in BackendName},
        token=Token(token, stack),
        deployment=Deployment(stack=stack, region="eu-west-1", account="123456789012"),
    )


def with_settings(world, monkeypatch, environ, flags=None, **args):
    """Make *environ* and *flags* the settings of the user."""
    found = Connections(
        finder=Finder(flags=flags or Flags(), environ=environ, config=Config()),
        preferences=preferences.find(Namespace(**args), environ, Config()),
    )
    monkeypatch.setattr(World, "connections", found)
    return world


@pytest.fixture
def pulumi(tmp_path, monkeypatch):
    """Put a `pulumi` on PATH that runs *script*."""

    def install(script):
        program = tmp_path / "bin" / "pulumi"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return install


async def test_the_top_line_shows_stack_region_account_and_read_only(world):
    world.read_only = True
    world.backends = backends_at("https://abcdefghij.execute-api.eu-west-1.amazonaws.com/Prod")
    async with staged(world, SMALL) as stage:
        top = stage.text().splitlines()[0]
        for words in ("FUNCTIONS", "READ-ONLY", "stack dev · eu-west-1 · account 123456789012"):
            assert words in top
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        assert "READ-ONLY" in stage.text().splitlines()[0]


async def test_in_read_only_mode_keys_that_write_show_the_reason(world):
    world.read_only = True
    async with staged(world, SMALL) as stage:
        for key in ("n", "e", "d"):
            await stage.press(key)
            await stage.sees_toast("Cannot write in read-only mode")
            assert stage.screen_name == "MainScreen"
            stage.app.clear_notifications()
        assert {method for method, _ in world.blogs.requests} == {"GET"}


async def test_settings_have_sources_and_the_token_is_hidden(world, monkeypatch, tmp_path):
    environ = {"BLOGS_TIMEOUT": "7", "XDG_STATE_HOME": str(tmp_path), "PATH": str(tmp_path)}
    async with staged(with_settings(world, monkeypatch, environ), (120, 40)) as stage:
        await stage.press("C")
        await stage.sees("7 s  from BLOGS_TIMEOUT", "set, not shown  from test", "functions URL")
        await stage.sees("The pulumi command is not on PATH. Install it")
        assert TOKEN not in stage.text()
        await stage.press("q")
        await stage.is_on("MainScreen")


@pytest.mark.parametrize("size", [SMALL, HUGE])
async def test_settings_can_be_scrolled_and_precedence_is_shown(world, size):
    url = f"https://abcdefghij.execute-api.ap-southeast-2.amazonaws.com/{'Stage' * 15}"
    world.backends = backends_at(url, stack=f"stack {'organization/' * 6}production")
    async with staged(world, size) as stage:
        await stage.press("C")
        await stage.sees("Precedence: option, environment variable, configuration file, default.")
        assert stage.app.focused.id == "candidates"
        assert ("read-only" in stage.text()) is (size == HUGE)
        await stage.press("tab", "end")
        await stage.sees("read-only         off", "project")
        await stage.press("home")
        await stage.sees("organization", "functions URL")
        await stage.press("pagedown", "pagedown", "down")
        await stage.sees("read-only         off", "project")
        await stage.press("tab")
        assert stage.app.focused.id == "candidates"


async def test_selecting_a_pulumi_stack_connects_to_it(world, pulumi):
    with serve(FakeBlogs(2)) as served:
        outputs = f'{{"FunctionsURL": "{served.url}/Prod", "ContainersURL": "{served.url}"}}'
        pulumi(
            'case "$*" in\n'
            '*ls*) echo \'[{"name": "dev", "current": true}, {"name": "prod"}]\' ;;\n'
            f"*--stack=prod*) echo '{outputs}' ;;\nesac"
        )
        async with staged(world, SMALL) as stage:
            await stage.press("C")
            await stage.sees("pulumi stack dev (current)", "pulumi stack prod")
            await stage.press("end", "enter")
            await stage.is_on("MainScreen")
            await stage.sees("stack prod")
            await stage.until(lambda: stage.app.session.backends.deployment.stack == "stack prod")
            assert stage.app.session.backend.url == f"{served.url}/Prod"
            await stage.press("C")
            await stage.sees("stack prod  from your selection in the app")


async def test_a_failed_connection_changes_nothing(world, pulumi):
    pulumi(
        'case "$*" in\n*ls*) echo \'[{"name": "dev"}]\' ;;\n'
        '*) echo "error: locked" >&2; exit 1 ;;\nesac'
    )
    async with staged(world, SMALL) as stage:
        await stage.press("C")
        await stage.sees("pulumi stack dev")
        await stage.press("end", "enter")
        await stage.sees("pulumi command failed: locked")
        assert world.moved is None
        await stage.press("escape")
        await stage.sees("Blog number 4")


async def test_a_response_of_the_previous_deployment_is_stale(world):
    session = Session(world, BackendName.FUNCTIONS)
    session.connect(backends_at("http://127.0.0.1:2", "stack other"))
    generation = session.generation()
    assert not session.is_stale(generation)

    session.connect(backends_at("http://127.0.0.1:3", "stack third"))

    assert session.is_stale(generation)


async def test_consent_to_plain_http_is_for_one_deployment_only(world):
    session = Session(world, BackendName.FUNCTIONS)
    session.allow_plain_http_token()
    assert world.plain_http_token is True

    session.connect(backends_at("http://far.example"))

    assert world.plain_http_token is False


async def test_a_theme_is_applied_and_an_invalid_one_is_reported(world, monkeypatch):
    with_settings(world, monkeypatch, {"BLOGS_THEME": "nord"})
    assert BlogsApp(world, BackendName.FUNCTIONS).theme == "nord"
    async with staged(with_settings(world, monkeypatch, {"BLOGS_THEME": "mud"}), SMALL) as stage:
        assert "Unknown theme mud (from BLOGS_THEME)" in stage.toasts()


def offer_candidates(monkeypatch, *candidates, deployed=lambda _: []):
    """Make the screen list *candidates*; return the list so that a test can change it."""
    found = list(candidates)
    monkeypatch.setattr(Connections, "running", lambda _: list(found))
    monkeypatch.setattr(Connections, "deployed", deployed)
    return found


async def test_the_selected_deployment_is_used_if_the_list_changes(world, monkeypatch):
    requested = []

    def candidate(name):
        return Candidate(name=name, find=lambda: requested.append(name) or world.backends)

    found = offer_candidates(monkeypatch, *map(candidate, "abc"))
    async with staged(world, SMALL) as stage:
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        await stage.press("end")
        del found[0]
        for key in ("enter", "r"):
            stage.app.post_message(events.Key(key, key if key == "r" else None))
        await stage.until(lambda: requested)
        assert requested == ["c"]
        await stage.is_on("MainScreen")


@pytest.mark.parametrize("cover", ["question_mark", "ctrl+p", "ctrl+o"])
async def test_a_connection_under_another_screen_opens_afterwards(world, monkeypatch, cover):
    gate = threading.Event()
    offer_candidates(
        monkeypatch, Candidate(name="a", find=lambda: gate.wait(TIMEOUT_S) and world.backends)
    )
    async with staged(world, SMALL) as stage:
        previous = stage.app.screen
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        await stage.press("enter", cover)
        await stage.until(lambda: stage.screen_name != "ConnectionsScreen")
        gate.set()
        await stage.settled()
        await stage.press("escape")
        await stage.is_on("MainScreen")
        await stage.until(lambda: stage.app.screen is not previous)
        assert len(stage.app.screen_stack) == 1


async def test_a_menu_opened_while_connecting_keeps_no_old_screen(world, monkeypatch):
    offer_candidates(monkeypatch, Candidate(name="a", find=lambda: world.backends))
    async with staged(world, SMALL) as stage:
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        screen = stage.app.screen
        stage.app.post_message(events.Key("ctrl+p", None))
        screen.withdraw(world.backends)
        await stage.until(lambda: not screen.is_attached)
        await stage.settled()
        names = [type(one).__name__ for one in stage.app.screen_stack]
        assert names.count("MainScreen") == 1


async def test_pulumi_runs_once_at_a_time(world, monkeypatch):
    gate, requested = threading.Event(), []
    offer_candidates(
        monkeypatch, deployed=lambda _: requested.append(1) or (gate.wait(TIMEOUT_S) and [])
    )
    async with staged(world, SMALL) as stage:
        await stage.press("C")
        await stage.is_on("ConnectionsScreen")
        await stage.press("r", "r", "r")
        gate.set()
        await stage.sees("Pulumi has no stacks")
        assert len(requested) == 1
