"""The commands that read and write blogs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.running import TIMEOUT_S
from tests.tui.fake import TOKEN, Response

PROGRAM = [sys.executable, "-m", "tui"]


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


def test_one_listed_blog_is_counted_in_the_singular(blogs):
    assert blogs("ls", "--limit", "1")[2] == (
        "Showing the newest 1 blog. For more, use --limit N or --all.\n"
    )


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


def test_post_accepts_contents_from_stdin_and_an_id(served):
    done = program("post", "--title", "T", "--id", "mine", input=b"from a pipe")

    assert done.returncode == 0
    assert served.blogs.table["mine"]["contents"] == "from a pipe"


def test_edit_accepts_contents_from_stdin(blogs, served, stdin):
    stdin(b"from a pipe")

    assert blogs("edit", "blog-0001")[0] == 0
    assert served.blogs.table["blog-0001"]["contents"] == "from a pipe"
    assert served.blogs.table["blog-0001"]["title"] == "Blog number 1"


@pytest.mark.parametrize("option", ["--title", "--author"])
def test_edit_with_another_change_leaves_stdin_to_the_script(blogs, served, stdin, option):
    stdin(b"blog-0002\nblog-0003\n")

    assert blogs("edit", "blog-0001", option, "New")[0] == 0
    assert served.blogs.table["blog-0001"]["contents"] == "Hello"
    assert sys.stdin.read() == "blog-0002\nblog-0003\n"


def test_edit_without_any_change_is_an_error_before_any_request(blogs, served, stdin, typed):
    for empty in (stdin, typed):
        empty(b"")

        code, _, err = blogs("edit", "blog-0001")

        assert (code, served.blogs.requests) == (2, [])
        assert "Nothing to change. Use --title, --author or --file, or pipe" in err


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


def test_outputs_lists_every_setting_with_its_source(blogs, served, monkeypatch):
    monkeypatch.setenv("BLOGS_TIMEOUT", "7")

    human = blogs("outputs", "--read-only")[1]
    document = json.loads(blogs("outputs", "--read-only", "--json")[1])

    assert "timeout           7 s  (from BLOGS_TIMEOUT)" in human
    assert "token             set, not shown  (from BLOGS_WRITE_TOKEN)" in human
    assert document["settings"]["read-only"] == {"value": "on", "source": "--read-only"}
    assert document["settings"]["backend"] == {"value": "functions", "source": "default"}
    assert set(document["place"].values()) == {None}
    assert list(document["place"]) == ["stack", "region", "account", "folder", "named_by"]
