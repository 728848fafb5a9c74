from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading

import pytest

from tests.running import TIMEOUT_S
from tests.tui.conftest import swept
from tests.tui.fake import TOKEN, FakeBlogs, Response, serve
from tests.tui.payloads import EVERYTHING, RAW
from tui.command.cli import main

PROGRAM = [sys.executable, "-m", "tui"]


@pytest.fixture
def served(monkeypatch):
    with serve(FakeBlogs(5)) as served:
        monkeypatch.setenv("BLOGS_FUNCTIONS_URL", f"{served.url}/Prod")
        monkeypatch.setenv("BLOGS_CONTAINERS_URL", served.url)
        monkeypatch.setenv("BLOGS_WRITE_TOKEN", TOKEN)
        yield served


@pytest.fixture
def blogs(capsysbinary, served):
    """Run a command in this process, and return exit code, stdout and stderr."""

    def run(*words):
        try:
            code = main(words)
        except SystemExit as stop:  # argparse exits after --help
            code = stop.code
        out, err = capsysbinary.readouterr()
        return code, out.decode(), err.decode()

    return run


def program(*words, **options):
    return subprocess.run(
        [*PROGRAM, *words], capture_output=True, timeout=TIMEOUT_S, check=False, **options
    )


def test_ls_lists_newest_first_and_mentions_more_blogs(blogs):
    code, out, err = blogs("ls", "--limit", "2")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["blog-0004", "blog-0003"]
    assert "Blog number 4  (Ada)" in out
    assert "--all" in err


def test_ls_all_requests_every_page(blogs, served):
    for number in range(230):
        served.blogs.put(id=f"more-{number}", title="More")

    code, out, _ = blogs("ls", "--all", "--json")

    document = json.loads(out)
    assert code == 0
    assert len({blog["id"] for blog in document["blogs"]}) == 235
    assert document["more"] is False
    assert len(document["requests"]) == 3


def test_ls_json_has_its_documented_shape(blogs):
    _, out, _ = blogs("ls", "--limit", "1", "--json")

    document = json.loads(out)
    assert list(document) == ["backend", "blogs", "more", "requests"]
    assert document["backend"] == "functions"
    assert document["more"] is True
    assert list(document["blogs"][0]) == [
        "id",
        "title",
        "author",
        "created_at",
        "updated_at",
        "version",
    ]
    request = document["requests"][0]
    assert list(request) == [
        "method",
        "path",
        "status",
        "ms",
        "cold",
        "served_by",
        "phases",
        "server",
    ]
    assert list(request["phases"]) == ["connect", "tls", "first_byte", "body"]
    assert request["server"] == {"app": 1.5, "db": 1.0, "init": None}
    assert (request["method"], request["status"], request["cold"]) == ("GET", 200, False)


def test_an_empty_list_shows_how_to_write_the_first_blog(blogs, served):
    served.blogs.table.clear()

    assert blogs("ls") == (0, "", "No blogs yet. To create one, run: blogs post --title TITLE\n")


def test_an_option_or_a_variable_selects_the_backend(blogs, served, monkeypatch):
    blogs("--backend", "containers", "ls")
    blogs("ls", "--backend", "containers")
    monkeypatch.setenv("BLOGS_BACKEND", "containers")
    blogs("ls")
    blogs("ls", "--backend", "functions")

    assert [path.split("?")[0] for _, path in served.blogs.requests] == [
        "/blog",
        "/blog",
        "/blog",
        "/Prod/blog",
    ]


def test_a_blog_is_posted_shown_edited_and_deleted(blogs, tmp_path):
    file = tmp_path / "contents.md"
    file.write_bytes("Ünïcode\r\n".encode())

    code, out, _ = blogs("post", "--title", "T", "--author", "A", "--file", str(file), "--json")
    posted = json.loads(out)
    blog_id = posted["blog"]["id"]
    assert (code, posted["blog"]["contents"], posted["read_back"]) == (0, "Ünïcode\r\n", False)

    code, out, _ = blogs("show", blog_id)
    assert code == 0
    assert out.splitlines()[0] == "T"
    assert "Ünïcode" in out

    code, out, _ = blogs("edit", blog_id, "--title", "T2", "--json")
    edited = json.loads(out)
    assert (code, edited["blog"]["title"], edited["blog"]["contents"]) == (0, "T2", "Ünïcode\r\n")
    assert edited["etag"] != posted["etag"]

    code, out, _ = blogs("rm", blog_id, "--yes", "--json")
    assert (code, json.loads(out)["deleted"]) == (0, blog_id)
    assert blogs("show", blog_id)[0] == 5


@pytest.fixture
def stdin(monkeypatch):
    """Return a function that replaces stdin with a pipe and its bytes."""

    def replace_stdin(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return replace_stdin


@pytest.fixture
def typed(monkeypatch):
    """Return a function that replaces stdin with a terminal and the keys typed there."""
    with contextlib.ExitStack() as opened:

        def replace_stdin(words):
            master, slave = os.openpty()
            opened.callback(os.close, master)
            os.write(master, words)
            monkeypatch.setattr(sys, "stdin", opened.enter_context(open(slave)))  # noqa: PTH123 -- a descriptor

        yield replace_stdin


def test_post_accepts_contents_from_stdin_and_an_id(served):
    done = program("post", "--title", "T", "--id", "mine", input=b"from a pipe")

    assert done.returncode == 0
    assert served.blogs.table["mine"]["contents"] == "from a pipe"


def test_post_with_a_used_id_is_a_conflict(blogs, stdin):
    stdin(b"")

    assert blogs("post", "--title", "T", "--id", "blog-0001")[0] == 4


def test_binary_contents_are_an_error_before_any_request(blogs, served, stdin):
    stdin(b"ok\xff")

    code, _, err = blogs("post", "--title", "T")

    assert (code, served.blogs.requests) == (2, [])
    assert "Standard input is not UTF-8 text: byte 2" in err


@pytest.mark.parametrize("given", ['"stale"', "stale"])
def test_an_edit_or_delete_of_a_changed_blog_is_a_conflict(blogs, served, given):
    assert blogs("edit", "blog-0001", "--title", "T", "--if-match", given)[0] == 4
    assert blogs("rm", "blog-0001", "--yes", "--if-match", given)[0] == 4
    assert served.blogs.table["blog-0001"]["title"] == "Blog number 1"


def test_if_match_accepts_an_etag_without_quotes(blogs, served):
    tag = served.blogs.etag("blog-0001").strip('"')

    assert blogs("rm", "blog-0001", "--yes", "--if-match", tag)[0] == 0


def test_rm_without_yes_needs_a_terminal(blogs, served, stdin):
    stdin(b"y\n")

    code, _, err = blogs("rm", "blog-0001")

    assert code == 2
    assert "--yes" in err
    assert "blog-0001" in served.blogs.table


@pytest.mark.parametrize(("reply", "left"), [(b"n\n", 5), (b"\n", 5), (b"y\n", 4), (b"YES\n", 4)])
def test_rm_on_a_terminal_deletes_only_after_yes(blogs, served, typed, reply, left):
    typed(reply)

    code, _, err = blogs("rm", "blog-0001")

    assert code == 0
    assert "Delete “Blog number 1” from FUNCTIONS?" in err
    assert len(served.blogs.table) == left


def test_a_post_without_a_response_is_checked_by_reading(blogs, served):
    served.drop.add("POST")

    code, out, _ = blogs("post", "--title", "T", "--id", "x1", "--file", os.devnull, "--json")

    assert (code, json.loads(out)["read_back"]) == (0, True)
    assert [method for method, _ in served.blogs.requests] == ["POST", "GET"]


def test_outputs_shows_the_urls_and_hides_the_token(blogs, served):
    code, out, _ = blogs("outputs", "--json")

    document = json.loads(out)
    assert code == 0
    assert document["backends"]["functions"] == {
        "url": f"{served.url}/Prod",
        "source": "BLOGS_FUNCTIONS_URL",
    }
    assert document["token"] == {"source": "BLOGS_WRITE_TOKEN", "problem": None}
    assert TOKEN not in out + blogs("outputs")[1]


def test_an_error_is_one_line_or_one_json_object(blogs):
    code, out, err = blogs("show", "nope")
    assert (code, out) == (5, "")
    assert len(err.splitlines()) == 1

    code, out, err = blogs("show", "nope", "--json")
    error = json.loads(err)["error"]
    assert (error["kind"], error["status"], error["exit_code"]) == ("missing", 404, 5)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["bogus"], 2),
        (["ls", "--limit", "0"], 2),
        (["ls", "--limit", "3", "--all"], 2),
        (["show"], 2),
        (["edit", "blog-0001"], 2),
        (["post", "--title", " ", "--file", os.devnull], 2),
        (["post", "--title", "T", "--file", "/nope"], 2),
        (["ls", "--timeout", "nan"], 2),
        (["ls", "--functions-url", "nowhere"], 2),
        (["ls", "--functions-url", "http://127.0.0.1:1"], 3),
        (["rm", "blog-0001", "--yes", "--token-file", __file__], 2),
        (["ls", "--functions-url", ""], 2),
        (["ls", "--containers-url", ""], 2),
        (["ls", "--stack", ""], 2),
        (["ls", "--token-file", ""], 2),
        (["post", "--title", "T", "--file", ""], 2),
        (["post", "--title", "T", "--file", "/dev/zero"], 2),
        (["post", "--title", "T", "--file", os.devnull, "--id", ""], 2),
        (["edit", "blog-0001", "--title", "T", "--if-match", "ü"], 2),
        (["rm", "blog-0001", "--yes", "--if-match", "a\nb"], 2),
        (["rm", "blog-0001", "--yes", "--if-match", ""], 2),
    ],
)
def test_each_error_has_its_exit_code_and_one_line(blogs, words, code):
    got, out, err = blogs(*words)

    assert (got, out) == (code, "")
    assert err.startswith("blogs: ")
    assert len(err.splitlines()) == 1


def test_an_invalid_proxy_is_a_settings_error(blogs, monkeypatch):
    monkeypatch.setenv("BLOGS_FUNCTIONS_URL", "https://far.example")
    monkeypatch.setenv("HTTPS_PROXY", "foo://x")

    code, out, err = blogs("ls", "--json")

    assert (code, out) == (2, "")
    assert json.loads(err)["error"]["kind"] == "settings"


@pytest.mark.parametrize("words", [("show", "blog-0001"), ("rm", "blog-0001", "--yes")])
def test_a_url_without_its_stage_is_not_a_missing_blog(blogs, served, words):
    served.blogs.respond = lambda *_: Response(404, {"Content-Type": "application/json"}, b"{}")

    code, _, err = blogs(*words)

    assert code == 1
    assert "/Prod" in err


def test_ls_all_ends_when_pages_repeat(blogs, served):
    page = served.blogs.respond("GET", "/blog?limit=2", {}, b"")
    requested = []

    def repeat(*request):
        requested.append(request)
        assert len(requested) < 10
        return Response(200, dict(page.headers), page.body)

    served.blogs.respond = repeat

    code, out, _ = blogs("ls", "--all", "--json")

    document = json.loads(out)
    assert (code, len(document["blogs"]), document["more"]) == (0, 2, False)
    assert len(requested) == 2


def test_too_much_stdin_is_an_error_before_any_request(blogs, served, monkeypatch):
    with open("/dev/zero") as endless:  # noqa: PTH123 -- a device
        monkeypatch.setattr(sys, "stdin", endless)
        code, _, err = blogs("post", "--title", "T")

    assert (code, served.blogs.requests) == (2, [])
    assert "Standard input is too large. The limit is 262,144 bytes" in err


def test_ls_marks_times_as_utc_and_invisible_titles(blogs, served):
    served.blogs.put(id="ghost", title="\u200b", author="")

    _, out, _ = blogs("ls", "--limit", "1")

    assert out == "ghost  2026-11-25 00:00Z  (no visible title)\n"


def test_without_a_backend_the_error_shows_the_next_step(blogs, monkeypatch):
    monkeypatch.delenv("BLOGS_FUNCTIONS_URL")
    monkeypatch.delenv("BLOGS_CONTAINERS_URL")

    code, _, err = blogs("ls")

    assert code == 2
    assert "python -m localcloud" in err


def test_the_placeholder_of_a_secret_is_never_sent(blogs, served, monkeypatch):
    monkeypatch.setenv("BLOGS_WRITE_TOKEN", "[secret]")

    code, _, err = blogs("rm", "blog-0001", "--yes")

    assert code == 2
    assert "pulumi stack output WriteToken --show-secrets" in err
    assert served.blogs.requests == []
    assert blogs("ls")[0] == 0


def test_text_output_is_safe_for_a_terminal_and_json_is_complete(blogs, served):
    served.blogs.put(id="wild", title=EVERYTHING, author=EVERYTHING, contents=EVERYTHING)

    human = blogs("ls")[1] + blogs("show", "wild")[1] + blogs("edit", "wild", "--author", "")[1]
    faithful = blogs("show", "wild", "--json")[1]

    assert not [raw for raw in (*RAW, b"\x1b") if raw in human.encode()]
    assert "[/nope]" in human
    assert faithful.isascii()
    assert json.loads(faithful)["blog"]["contents"] == EVERYTHING


def test_arguments_in_errors_are_safe_for_a_terminal(blogs):
    assert "\x1b" not in blogs("\x1b[31mls")[2] + blogs("show", "\x1b[31m")[2]


@pytest.mark.parametrize("command", ["ls", "show", "post", "edit", "rm", "diff", "outputs"])
def test_help_of_each_command_has_an_example_and_exit_codes(blogs, command):
    code, out, _ = blogs(command, "--help")

    assert code == 0
    assert f"\n  blogs {command}" in out
    assert "exit codes:" in out
    printed = out.split("--json prints:\n")[1].split("\n\n")[0]
    for term in ("SUMMARY", "BLOG", '"requests"', '"read_back"'):
        shape, explained, _ = printed.partition(f"\n  {term}  ")
        assert bool(explained) is (term in shape), term


HEAVY = "{'textual', 'rich', 'click', 'pygments', 'markdown_it', 'boto3'}"


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=TIMEOUT_S, check=False
    )


def test_help_and_usage_errors_do_not_import_httpx():
    done = python(
        "import sys\n"
        "from tui.command.cli import main\n"
        "assert main(['bogus']) == 2\n"
        f"assert not sys.modules.keys() & ({HEAVY} | {{'httpx'}})\n"
    )

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("words", ["ls", "--help", *swept("ls --json")])
def test_a_closed_pipe_ends_a_command_silently(served, words):
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [*PROGRAM, *words.split()],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT_S,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("words", ["ls --json", "--help", *swept("ls")])
def test_a_full_disk_is_a_one_line_error(served, words):
    command = f"{sys.executable} -m tui {words} > /dev/full"

    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, timeout=TIMEOUT_S, check=False
    )

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert b"No space left" in done.stderr


def test_a_closed_stdout_is_a_one_line_error(served):
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tui ls >&-"],
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_characters_outside_the_encoding_are_replaced(served, monkeypatch):
    served.blogs.put(id="wide", title="日本語")
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))

    assert main(["ls", "--limit", "1"]) == 0
    assert b"???" in written.getvalue()


def test_ctrl_c_during_a_write_reports_that_it_may_be_applied(served):
    served.hold = threading.Event()
    command = [*PROGRAM, "rm", "blog-0001", "--yes"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert served.holding.wait(TIMEOUT_S)

    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=TIMEOUT_S)

    assert child.returncode == 130
    assert len(err.splitlines()) == 1
    assert b"The write to blog blog-0001 may have been applied" in err


def test_ctrl_c_works_during_a_hanging_dns_lookup(monkeypatch):
    code = (
        "import os, socket, sys, time\n"
        "def stuck(*a, **k): os.write(1, b'looking\\n'); time.sleep(3600)\n"
        "socket.getaddrinfo = stuck\n"
        "from tui.command.cli import main\n"
        "sys.exit(main(['ls', '--functions-url', 'http://far.example']))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout.readline() == b"looking\n"

    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=TIMEOUT_S)

    assert child.returncode == 130
    assert err == b"blogs: Interrupted.\n"


@pytest.mark.parametrize(
    "words",
    [
        ["rm", "blog-0001"],
        ["rm", "blog-0001", "--yes"],
        ["edit", "blog-0001", "--title", "T"],
        ["post", "--title", "T"],
    ],
)
def test_read_only_mode_rejects_writes_before_any_request(blogs, served, monkeypatch, words):
    assert blogs(*words, "--read-only")[0] == 2
    monkeypatch.setenv("BLOGS_READ_ONLY", "1")
    code, _, err = blogs(*words, "--json")

    assert (code, json.loads(err)["error"]["kind"]) == (2, "read-only")
    assert served.blogs.requests == []
    assert blogs("ls")[0] == 0


def test_outputs_lists_every_setting_with_its_source(blogs, served, monkeypatch):
    monkeypatch.setenv("BLOGS_TIMEOUT", "7")

    human = blogs("outputs", "--read-only")[1]
    document = json.loads(blogs("outputs", "--read-only", "--json")[1])

    assert "timeout           7 s  (from BLOGS_TIMEOUT)" in human
    assert "token             set, not shown  (from BLOGS_WRITE_TOKEN)" in human
    assert document["settings"]["read-only"] == {"value": "on", "source": "--read-only"}
    assert document["settings"]["backend"] == {"value": "functions", "source": "default"}
    assert set(document["place"].values()) == {None}
    assert list(document["place"]) == ["stack", "region", "account", "named_by"]


def change_functions_response(served, **changed):
    """Change the responses of the functions backend."""
    normal = served.blogs.respond

    def respond(method, path, headers, body):
        given = normal(method, path, headers, body)
        if path.startswith("/Prod"):
            for name, value in changed.items():
                setattr(given, name, value)
        return given

    served.blogs.respond = respond


def test_diff_of_equal_responses_exits_with_0(blogs, served):
    code, out, _ = blogs("diff")
    assert code == 0
    assert out.splitlines()[-1] == "the responses are the same"

    assert blogs("diff", "blog-0001")[0] == 0
    assert [path for _, path in served.blogs.requests] == [
        "/Prod/blog?limit=20&view=summary",
        "/blog?limit=20&view=summary",
        "/Prod/blog/blog-0001",
        "/blog/blog-0001",
    ]


def test_diff_of_different_responses_exits_with_1(blogs, served):
    other = {**served.blogs.table["blog-0001"], "title": "Another\x1b[31m"}
    change_functions_response(served, body=json.dumps(other).encode())

    code, out, _ = blogs("diff", "blog-0001")

    assert code == 1
    assert '-  "title": "Another' in out
    assert '+  "title": "Blog number 1",' in out
    assert "\x1b" not in out
    assert out.splitlines()[-1] == "the responses differ"


def test_diff_json_has_its_documented_shape(blogs, served):
    change_functions_response(served, status=503, body=b"")

    code, out, _ = blogs("diff", "blog-0001", "--json")

    document = json.loads(out)
    assert code == 1
    assert list(document) == ["target", "same", "status", "headers", "body", "requests"]
    assert document["target"] == "/blog/blog-0001"
    assert document["same"] is False
    assert document["status"] == {"functions": 503, "containers": 200}
    assert {"content-length"} <= {header["name"] for header in document["headers"]}
    assert list(document["headers"][0]) == ["name", "functions", "containers", "reason"]
    assert '+  "id": "blog-0001",' in document["body"]
    assert [request["status"] for request in document["requests"]] == [503, 200]


def test_diff_exits_with_the_code_of_an_error_and_not_1(blogs, served):
    assert blogs("diff", "nope")[0] == 5
    assert blogs("diff", "blog-0001", "--containers-url", "http://127.0.0.1:1")[0] == 3
    served.blogs.respond = lambda *_: Response(500, {}, b"")
    code, _, err = blogs("diff", "--json")
    assert (code, json.loads(err)["error"]["exit_code"]) == (2, 2)


@pytest.mark.parametrize("down", ["functions", "containers"])
def test_diff_with_one_backend_down_shows_the_other_response(blogs, served, down):
    gone = [f"--{down}-url", "http://127.0.0.1:1"]

    code, out, err = blogs("diff", "blog-0001", *gone)

    values = "no response +200" if down == "functions" else "200 +no response"
    assert code == 3
    assert re.search(rf"^status +{values}$", out, re.MULTILINE)
    assert f"\netag: {served.blogs.etag('blog-0001')}\n" in out
    assert err.startswith(f"blogs: {down.upper()} at 127.0.0.1:1 is not reachable")
    assert len(served.blogs.requests) == 1

    code, out, err = blogs("diff", "blog-0001", *gone, "--json")

    assert (code, out) == (3, "")
    assert json.loads(err)["error"]["kind"] == "unreachable"
    assert len(served.blogs.requests) == 2


def test_diff_with_both_backends_down_shows_both_causes(blogs):
    where = "http://127.0.0.1:1"

    code, out, err = blogs("diff", "--functions-url", where, "--containers-url", where)

    assert (code, out) == (3, "")
    assert err.count("is not reachable") == 2
    assert len(err.splitlines()) == 1


def test_diff_needs_both_backends(blogs, monkeypatch):
    monkeypatch.delenv("BLOGS_CONTAINERS_URL")

    code, _, err = blogs("diff")

    assert code == 2
    assert "The URL of the CONTAINERS backend is not set" in err


COMMANDS = (
    ["ls"],
    ["ls", "--json"],
    ["show", "blog-0001"],
    ["post", "--title", "T", "--file", os.devnull],
    ["edit", "blog-0001", "--title", "T"],
    ["diff"],
    ["diff", "blog-0001", "--json"],
    ["rm", "blog-0001", "--yes"],
    ["outputs"],
    ["completion", "bash"],
    ["metrics", "--json", "--outputs", os.devnull],
    ["show", "nope"],
)


def test_no_command_imports_textual_or_rich(served):
    done = python(
        "import sys\n"
        "from tui.command.cli import main\n"
        f"for words in {COMMANDS!r}:\n"
        "    main(words)\n"
        "    loaded = {name.partition('.')[0] for name in sys.modules}\n"
        f"    assert not loaded & {HEAVY}, (words, loaded)\n"
    )

    assert done.returncode == 0, done.stderr.decode()
    assert "blog-0001" not in served.blogs.table
