from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import subprocess
import sys
from argparse import Namespace
from functools import partial

import pytest

from tui.settings import config, preferences
from tui.settings.backends import Finder, Flags
from tui.settings.connections import Connections
from tui.settings.values import BackendName, SettingsError, Token, checked_url, is_loopback

F, C = BackendName.FUNCTIONS, BackendName.CONTAINERS


def find(flags, environ):
    return Finder(flags=flags, environ=environ, config=config.read(environ)).find()


@pytest.fixture
def environ(tmp_path):
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}


@pytest.fixture
def run_cloud(tmp_path):
    """Write the files of a local cloud whose process is *pid*, and lock its state folder."""
    with contextlib.ExitStack() as locks:
        yield partial(_run_cloud, tmp_path, locks)


def _run_cloud(
    tmp_path, locks, name="local", *, pid=None, stack=None, state=None, outputs=None, held=True
):
    state = tmp_path / (state or f"{name}-state")
    state.mkdir(parents=True, exist_ok=True)
    lock = locks.enter_context((state / "lock").open("w"))
    if held:
        fcntl.flock(lock, fcntl.LOCK_EX)
    found = {
        "FunctionsURL": "http://127.0.0.1:1/Prod",
        "ContainersURL": "http://127.0.0.1:2",
        "WriteToken": "tok",
    }
    file = tmp_path / f"{name}-outputs.json"
    file.write_text(json.dumps(found if outputs is None else outputs))
    folder = tmp_path / "state" / "aws-blog-demo" / "running"
    folder.mkdir(parents=True, exist_ok=True)
    pointer = {
        "pid": pid or os.getpid(),
        "stack": stack or name,
        "state": str(state),
        "outputs": str(file),
    }
    (folder / f"{name}.json").write_text(json.dumps(pointer))
    (state / "running.json").write_text(json.dumps(pointer))
    return folder / f"{name}.json"


def test_a_running_local_cloud_is_found_with_its_token(environ, run_cloud):
    run_cloud()

    found = find(Flags(), environ)

    assert found.get(F).url == "http://127.0.0.1:1/Prod"
    assert found.get(C).url == "http://127.0.0.1:2"
    assert found.get(F).source == "local cloud local"
    assert found.token.header() == "Bearer tok"


def test_open_writes_need_no_token(environ, run_cloud):
    run_cloud(outputs={"FunctionsURL": "http://127.0.0.1:1/Prod"})

    assert find(Flags(), environ).token is None


def test_a_pointer_of_a_dead_process_is_ignored(environ, run_cloud):
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    run_cloud(pid=child.pid)

    with pytest.raises(SettingsError, match="No backend found"):
        find(Flags(), environ)


def test_a_pointer_with_a_reused_pid_is_ignored(environ, run_cloud):
    run_cloud(held=False)

    with pytest.raises(SettingsError, match="No backend found"):
        find(Flags(), environ)


def test_a_pointer_without_a_state_folder_is_ignored(environ, run_cloud, tmp_path):
    run_cloud()
    (tmp_path / "local-state" / "lock").unlink()

    with pytest.raises(SettingsError, match="No backend found"):
        find(Flags(), environ)


@pytest.mark.parametrize(
    "damage", ["", "[]", '{"pid": "x"}', '{"pid": -1, "stack": "a", "outputs": "b"}', "\x00"]
)
def test_a_damaged_pointer_is_ignored(environ, run_cloud, damage):
    run_cloud("bad").write_text(damage)

    with pytest.raises(SettingsError, match="No backend found"):
        find(Flags(), environ)


def test_with_several_local_clouds_one_must_be_named(environ, run_cloud):
    run_cloud("one")
    run_cloud("two", outputs={"FunctionsURL": "http://127.0.0.1:9/Prod"})

    with pytest.raises(
        SettingsError, match=r"--stack one \(.*one-state\) or --stack two \(.*two-state\)"
    ):
        find(Flags(), environ)
    with pytest.raises(SettingsError, match=r"three.*--stack one .* or --stack two "):
        find(Flags(stack="three"), environ)
    assert find(Flags(stack="two"), environ).get(F).url == "http://127.0.0.1:9/Prod"


def test_local_clouds_of_the_same_stack_are_named_by_folder(environ, run_cloud, tmp_path):
    run_cloud("aaa", stack="local", state="projects/blog/.cache/localcloud/local")
    assert find(Flags(stack="local"), environ).deployment.folder == tmp_path / "projects/blog"
    run_cloud("bbb", stack="local", state="second")

    message = (
        "Several local clouds named local are running. "
        "Select one with --stack local@blog (~/projects/blog) or --stack local@second (~/second)."
    )
    with pytest.raises(SettingsError, match=re.escape(message)):
        find(Flags(stack="local"), environ)
    for name, folder in (
        ("blog", "projects/blog"),
        ("projects/blog", "projects/blog"),
        ("second", "second"),
    ):
        deployment = find(Flags(stack=f"local@{name}"), environ).deployment
        assert (deployment.folder, deployment.chosen_by) == (tmp_path / folder, "--stack")


def test_the_settings_and_the_choices_in_the_app_name_the_folder(environ, run_cloud):
    run_cloud("aaa", stack="local", state="projects/blog/.cache/localcloud/local")
    run_cloud("bbb", stack="local", state="second")
    finder = Finder(flags=Flags(stack="local@blog"), environ=environ, config=config.Config())
    wanted = preferences.find(Namespace(), environ, config.Config())
    connections = Connections(finder=finder, preferences=wanted)

    stack = connections.settings(finder.find())[0]
    names = [candidate.name for candidate in connections.running()]

    assert (stack.name, stack.value) == ("stack", "local cloud local (~/projects/blog)")
    assert names == [
        "startup settings",
        "local cloud local (~/projects/blog)",
        "local cloud local (~/second)",
    ]


def test_folders_of_the_same_name_are_told_apart_by_the_ones_above(environ, run_cloud, tmp_path):
    default = ".cache/localcloud/local"
    run_cloud("aaa", stack="local", state=f"old/my blog/{default}")
    run_cloud("bbb", stack="local", state=f"new/my blog/{default}")
    run_cloud("ccc", stack="dev", state="new/my blog/.cache/localcloud/dev")

    message = (
        "Select one with --stack 'local@old/my blog' (~/old/my blog) "
        "or --stack 'local@new/my blog' (~/new/my blog)."
    )
    for name in ("local", "local@my blog"):
        with pytest.raises(SettingsError, match=re.escape(message)):
            find(Flags(stack=name), environ)
    for name in ("local@new/my blog", "dev"):
        assert find(Flags(stack=name), environ).deployment.folder == tmp_path / "new" / "my blog"


def test_a_folder_without_a_local_cloud_never_selects_a_pulumi_stack(environ, run_cloud):
    run_cloud("aaa", stack="local", state="blog")

    for name in ("local@other", "prod@blog", "local@log", "local@blog/more"):
        message = f"No local cloud named {name} is running (running: --stack local (~/blog))."
        with pytest.raises(SettingsError, match=re.escape(message)):
            find(Flags(stack=name), environ)


def in_shell_of(name, environ, tmp_path):
    """Return the variables of a shell of the local cloud *name*."""
    own = {"BLOGS_LOCAL_CLOUD": str(tmp_path / f"{name}-state"), "BLOGS_STACK": "local"}
    return environ | own


def test_the_shell_of_a_local_cloud_finds_no_other(environ, run_cloud, tmp_path):
    run_cloud("aaa", stack="local", outputs={"FunctionsURL": "http://127.0.0.1:9/Prod"})
    run_cloud("bbb", stack="local")
    shell = in_shell_of("bbb", environ, tmp_path)

    for flags in (Flags(), Flags(stack="local")):
        assert find(flags, shell).get(F).url == "http://127.0.0.1:1/Prod"
    named = r"named aaa is running \(running: --stack local \(.*bbb-state\)"
    with pytest.raises(SettingsError, match=named):
        find(Flags(stack="aaa"), shell)


def test_the_shell_of_a_stopped_local_cloud_reports_that(environ, run_cloud, tmp_path):
    run_cloud("aaa", stack="local")
    run_cloud("bbb", stack="local", held=False)
    shell = in_shell_of("bbb", environ, tmp_path)

    for flags in (Flags(), Flags(stack="local")):
        with pytest.raises(SettingsError, match=r"bbb-state, .* is not running"):
            find(flags, shell)


def test_options_override_variables_which_override_a_local_cloud(environ, run_cloud):
    run_cloud()
    environ |= {
        "BLOGS_FUNCTIONS_URL": "https://env.example/Prod",
        "BLOGS_CONTAINERS_URL": "https://env.example",
    }

    found = find(Flags(urls={F: "https://flag.example/Prod/"}), environ)

    assert (found.get(F).url, found.get(F).source) == (
        "https://flag.example/Prod",
        "--functions-url",
    )
    assert (found.get(C).url, found.get(C).source) == (
        "https://env.example",
        "BLOGS_CONTAINERS_URL",
    )


def test_a_local_cloud_gets_only_its_own_token(environ, run_cloud):
    run_cloud()
    environ["BLOGS_WRITE_TOKEN"] = "of-the-stack-in-aws"

    assert find(Flags(), environ).token.header() == "Bearer tok"
    environ["BLOGS_FUNCTIONS_URL"] = "https://far.example/Prod"
    assert find(Flags(), environ).token.header() == "Bearer of-the-stack-in-aws"
    del environ["BLOGS_WRITE_TOKEN"]
    assert find(Flags(), environ).token is None


def test_stack_option_overrides_the_environment(environ, run_cloud):
    run_cloud()
    environ["BLOGS_FUNCTIONS_URL"] = "https://far.example/Prod"

    assert find(Flags(stack="local"), environ).get(F).url == "http://127.0.0.1:1/Prod"
    with pytest.raises(SettingsError, match="not both"):
        find(Flags(stack="local", urls={F: "https://far.example"}), environ)


def test_a_token_file_is_read_without_its_line_end(environ, tmp_path):
    (tmp_path / "token").write_text("abc\n")
    flags = Flags(urls={F: "https://far.example"}, token_file=str(tmp_path / "token"))

    assert find(flags, environ).token.header() == "Bearer abc"


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"x" * 100_000])
def test_the_error_for_an_unusable_token_file_names_it(environ, tmp_path, content):
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    flags = Flags(urls={F: "https://far.example"}, token_file=str(tmp_path / "token"))

    with pytest.raises(SettingsError, match="--token-file"):
        find(flags, environ)


def test_the_placeholder_of_a_secret_is_not_a_token(environ, run_cloud):
    run_cloud(outputs={"FunctionsURL": "http://127.0.0.1:1/Prod", "WriteToken": "[secret]"})

    problem = find(Flags(), environ).token.problem

    assert "pulumi stack output WriteToken --show-secrets" in problem


@pytest.mark.parametrize("text", ["a b", "a\nb", "tök", "a\x1b[31m"])
def test_a_token_with_invalid_characters_is_an_error(text):
    assert "characters" in Token(text, "here").problem


def test_the_representation_of_a_token_hides_it():
    token = Token("hush", "BLOGS_WRITE_TOKEN")

    assert "hush" not in f"{token!r} {token} {[token]}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "host",
        "ftp://host",
        "http://",
        "http://a b",
        "http://u:p@host",
        "http://host:99999",
        "http://host:0",
        "http://h?x=1",
        "http://h/#f",
        "http://h?",
        "http://[::1",
        "http://hö.example",
        "http://h\x1b[31m",
        "file:///etc",
    ],
)
def test_the_error_for_an_invalid_url_does_not_repeat_it(url):
    with pytest.raises(SettingsError, match=r"Invalid URL \(from here\)") as caught:
        checked_url(url, "here")

    assert "u:p" not in str(caught.value)


def test_slashes_and_spaces_around_a_url_are_removed():
    assert checked_url(" https://host/Prod// ", "here") == "https://host/Prod"


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]:1/Prod", True),
        ("http://localhost", True),
        ("http://127.9.9.9", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://10.0.0.1", False),
    ],
)
def test_only_this_machine_is_loopback(url, local):
    assert is_loopback(url) is local


def test_the_error_for_a_missing_url_names_its_option(environ):
    found = find(Flags(urls={F: "https://far.example"}), environ)

    with pytest.raises(SettingsError, match="BLOGS_CONTAINERS_URL"):
        found.get(C)
