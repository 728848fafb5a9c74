"""The demo, a script and a terminal session, each from the first command to the last."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running import ROOT, RunningCloud, descendants, is_alive, wait_until
from tests.tui.terminal.pseudo_terminal import Terminal, opened
from tests.tui.terminal.shown import see

BLOGS = str(Path(sys.executable).with_name("blogs"))
DEMO = str(ROOT / "scripts" / "demo.py")


@pytest.fixture
def environ(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    return {
        **kept,
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "xdg"),
        "TERM": "xterm-256color",
    }


def blogs(environ, *arguments, contents=""):
    answer = subprocess.run(
        [BLOGS, *arguments, "--json"],
        input=contents,
        env=environ,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def type_slowly(terminal, keys):
    """Type *keys* and wait until they are drawn: Textual moves the focus after the next key."""
    seen = len(terminal.seen)
    terminal.type(keys)
    while len(terminal.seen) == seen:
        terminal.read(0.1)
    terminal.settle()


@pytest.fixture
def homeless(environ):
    """An environment whose home folder cannot be written."""
    return {**environ, "HOME": "/dev/null", "XDG_STATE_HOME": ""}


def test_demo_without_a_terminal_is_a_script(environ, tmp_path):
    command = [sys.executable, DEMO, "--state", str(tmp_path / "state")]
    answer = subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 0, answer.stderr
    for backend in ("functions", "containers"):
        for step in ("post", "list", "read", "edit", "delete"):
            assert re.search(rf"^{backend} +{step} ", answer.stdout, re.MULTILINE)
        assert f"Posted through {backend}, edited" in answer.stdout
    rows = re.findall(
        r"^(post|list|read|edit|delete) +[\d,]+ +[\d,]+$", answer.stdout, re.MULTILINE
    )
    assert rows == ["post", "list", "read", "edit", "delete"]
    assert answer.stdout.endswith("demo: stopped\n")
    assert "\x1b" not in answer.stdout


def test_session_survives_a_kill_of_the_local_cloud(environ, tmp_path):
    state = tmp_path / "state"
    with RunningCloud(state) as cloud:
        cloud.ready()
        with opened(environ) as terminal:
            terminal.expect(b"FUNCTIONS")
            terminal.expect(b"No blogs yet")
            terminal.type(b"n")
            terminal.expect(b"Contents")
            for keys in (b"Kept over", b"\t", b"Ada", b"\t", b"Some words"):
                type_slowly(terminal, keys)
            terminal.type(b"\x13")  # ctrl+s
            terminal.expect(b"Saved")
            (written,) = blogs(environ, "ls")["blogs"]
            assert (written["title"], written["author"]) == ("Kept over", "Ada")
            running = cloud.processes()
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            cloud.process.wait()
            wait_until(lambda: not any(is_alive(pid) for pid in running))
            seen = len(terminal.seen)
            terminal.type(b"r")
            terminal.expect(b"reach", seen)
            with RunningCloud(state) as again:
                again.ready()
                seen = len(terminal.seen)
                terminal.type(b"t")
                terminal.expect(b"CONTAINERS", seen)
                seen = len(terminal.seen)
                terminal.type(b"r")
                terminal.expect(b"Kept over", seen)
                seen = len(terminal.seen)
                terminal.type(b"d")
                terminal.expect(b"Deleting", seen)
                type_slowly(terminal, b"D")
                wait_until(lambda: blogs(environ, "ls", "--backend", "containers")["blogs"] == [])
                terminal.type(b"q")
                terminal.wait()
                assert os.WEXITSTATUS(terminal.status) == 0


@dataclass
class Demo:
    """A running demo, on the list of blogs before and after each step."""

    terminal: Terminal
    environ: dict[str, str]
    state: Path
    count: int
    """The number of stored blogs."""

    def press(self, keys, *expected):
        """Press *keys*, and return the screen as soon as it shows all of *expected*."""
        self.terminal.type(keys)
        return see(self.terminal, *expected)

    def go_back(self, keys=b"q", dialog=""):
        """Return to the list; it is visible below a dialog that has the text *dialog*."""
        self.terminal.type(keys)
        see(self.terminal, LIST, without=dialog)


LIST = r"/ Search .*q Quit"  # the last line


def write_a_blog(demo):
    demo.count += 1
    demo.press(b"n", "new blog", "Title")
    for text in ("Typed in the demo", "Ada", "Some *plain* words"):
        demo.press(text.encode(), re.escape(text))
        type_slowly(demo.terminal, b"\t")
    demo.press(b"\x13", "Saved", LIST, "Ada +Typed in the demo", f" {demo.count} blogs")

    newest, *others = blogs(demo.environ, "ls", "--limit", "100")["blogs"]
    assert (newest["title"], newest["author"]) == ("Typed in the demo", "Ada")
    assert len(others) == demo.count - 1


def read_the_selected_blog(demo):
    demo.press(b"\r", "Typed in the demo", "by Ada, ", "Some plain words")
    demo.go_back()


def search(demo):
    demo.press(b"/", "title, author", "What runs here")
    screen = demo.press(b"demo typed", f"1 of {demo.count} loaded", "Ada +Typed in the demo")
    assert "What runs here" not in screen
    demo.press(b"\x1b", LIST, "What runs here")


def switch_the_backend(demo):
    demo.press(b"t", "^ CONTAINERS ", f" {demo.count} blogs")


def show_the_log_below_the_list(demo):
    screen = demo.press(b"l", "UTC +backend", LIST)
    newest = re.findall("(?:FUNCTIONS|CONTAINERS) +[A-Z]+ +[0-9]+", screen)[0]
    assert newest.split() == ["CONTAINERS", "GET", "200"]
    demo.terminal.type(b"l")
    see(demo.terminal, LIST, without="method")


def show_the_log_on_the_full_screen(demo):
    """Filter it, and export what is left to the state folder."""
    demo.press(b"L", "request log", "FUNCTIONS +POST +201", "CONTAINERS +GET +200")
    type_slowly(demo.terminal, b"/")
    demo.terminal.type(b"post")
    see(demo.terminal, "FUNCTIONS +POST +201", without=" GET ")
    demo.press(b"\r", "x Export")
    demo.press(b"x", "Exported 1 request to")
    demo.go_back()

    folder = Path(demo.environ["XDG_STATE_HOME"]) / "blogs" / "exports"
    (request,) = json.loads(next(folder.iterdir()).read_bytes())["requests"]
    assert (request["backend"], request["method"], request["status"]) == ("functions", "POST", 201)
    assert not list(Path.cwd().glob("blogs-requests-*"))


def show_metrics(demo):
    demo.terminal.resize(120, 36)
    see(demo.terminal, LIST, "^ CONTAINERS .* 127.0.0.1:")
    screen = demo.press(b"m", "free of charge", rf"PutItem calls +{demo.count}\b")
    for name in ("invocations", "ALB requests"):
        assert re.search(rf"{name} +[1-9]", screen)
    assert re.search(r"errors +0 ", screen)
    demo.go_back()


def compare_the_backends(demo):
    screen = demo.press(b"B", "both backends", "The responses are the same.")
    assert re.search(r"status +200 +200", screen)
    assert re.search(r"served by +\S*GetBlog/\S+ +\S*containers/", screen)
    demo.go_back()


def measure_both_backends(demo):
    """Run the shortest comparison, and save its report."""
    demo.press(b"b", "This sends [0-9,]+ ", r"costs nothing\s+\(local cloud\)")
    demo.press(b"5\t", "5 .* requests per second")
    demo.press(b"10", "takes about [12][0-9] seconds")
    demo.press(b"\r", "Sending requests: [0-9]+ of 10 s", "s Stop")
    demo.press(b"", "lab · result", "at p50", r"max +[\d.,]+ +[\d.,]+")
    demo.press(b"s", "Saved results.json and report.html")
    demo.press(b"q", "f3 Last result")
    demo.go_back(b"\x1b", dialog="Compare both backends")
    folder = Path(demo.environ["XDG_STATE_HOME"]) / "blogs" / "comparisons"
    (report,) = folder.glob("*/report.html")
    assert "</html>" in report.read_text("utf-8")
    assert len(blogs(demo.environ, "ls", "--limit", "100")["blogs"]) == demo.count


def calculate_the_cost(demo):
    demo.press(b"$", r"FUNCTIONS [\d.]+ USD, CONTAINERS [\d.]+ USD", "cheaper")
    demo.terminal.type(b"0")
    see(demo.terminal, "FUNCTIONS 0.00 USD")
    demo.go_back(b"\x1b", dialog="Cost of a month")


def show_all_settings(demo):
    outputs = json.loads((demo.state / "outputs.json").read_bytes())
    demo.press(
        b"C",
        r" stack +local cloud local \(~/state\) +from BLOGS_STACK",
        rf" functions URL +{outputs['FunctionsURL']} ",
        rf" containers URL +{outputs['ContainersURL']} ",
        rf" account +{outputs['AccountId']} ",
        " token +set, not shown ",
        r"startup settings(?s:.*) local cloud local \(~/state\)",
    )
    demo.go_back()
    assert outputs["WriteToken"].encode() not in demo.terminal.seen


def jump_to_the_reader_and_back(demo):
    """In the reader, the keys of the list are not available."""
    demo.press(b"\x0f", r"^\W*a ", " s ")
    demo.terminal.type(b"s")
    see(demo.terminal, "q Back", without="/ Search")
    demo.press(b"\x0f", r"^\W*a ", " s ")
    demo.press(b"a", LIST)


def run_an_action_from_the_menu(demo):
    demo.press(b"\x10", "Search for commands", "Key: B", "Key: C")
    demo.press(b"metr", "Metrics")
    demo.press(b"\r", "METRICS", "PutItem calls +[1-9]")
    demo.go_back()


def list_all_keys(demo):
    screen = demo.press(b"?", "Both backends", "Quit at once")
    keys = ("n +New", "⏎ +Read", "/ +Search", "t f2 +Switch", "l +Show or hide the log")
    keys += ("L +Request log", "m +Metrics", "B +Both backends", "C +Connections")
    for key in keys:
        assert re.search(rf"(│|  ) *{key}", screen), key
    demo.go_back(b"\x1b", dialog="Quit at once")


def ask_before_quitting(demo):
    question = "Quit and stop the local cloud?"
    demo.press(b"q", re.escape(question))
    demo.go_back(b"\x1b", dialog=question)


def quit_from_another_screen(demo):
    running = descendants(demo.terminal.pid)
    assert len(running) > 4
    demo.press(b"L", "request log")
    demo.terminal.type(b"Q")
    demo.terminal.wait()
    assert os.WEXITSTATUS(demo.terminal.status) == 0
    assert not [pid for pid in running[1:] if is_alive(pid)]


STEPS = {
    "n": write_a_blog,
    "Enter": read_the_selected_blog,
    "/": search,
    "t": switch_the_backend,
    "l": show_the_log_below_the_list,
    "L": show_the_log_on_the_full_screen,
    "m": show_metrics,
    "B": compare_the_backends,
    "b": measure_both_backends,
    "$": calculate_the_cost,
    "C": show_all_settings,
    "ctrl+o": jump_to_the_reader_and_back,
    "ctrl+p": run_an_action_from_the_menu,
    "?": list_all_keys,
    "q": ask_before_quitting,
    "Q": quit_from_another_screen,
}


def readme_keys():
    table = (ROOT / "README.md").read_text("utf-8").partition("| key | action |\n|---|---|\n")[2]
    rows = table.partition("\n\n")[0].splitlines()
    return [key for row in rows for key in re.findall("`(.+?)`", row.split("|")[1])]


def test_every_key_of_the_readme_works_in_the_demo(environ, tmp_path):
    state = tmp_path / "state"
    assert set(readme_keys()) == set(STEPS)
    make = ["make", "--directory", str(ROOT), "demo", f"ARGS=--state {state}"]
    with opened(environ, command=["-c", f"import os; os.execvp('make', {make})"]) as terminal:
        top = r"\A FUNCTIONS  local cloud local · eu-west-1 · account 000000000000"
        screen = see(terminal, top, LIST, "What runs here", r" \d+ blogs")
        demo = Demo(terminal, environ, state, int(re.findall(r"(\d+) blogs", screen)[0]))
        for key in readme_keys():
            STEPS[key](demo)


def test_demo_that_loses_its_terminal_leaves_no_process(homeless, tmp_path):
    command = [DEMO, "--state", str(tmp_path / "state")]
    with opened(homeless, command=command) as terminal:
        terminal.expect(b"What runs here")
        running = descendants(terminal.pid)
        assert len(running) > 4
        os.kill(terminal.pid, signal.SIGHUP)

        wait_until(lambda: not [pid for pid in running[1:] if is_alive(pid)])
        terminal.wait()
