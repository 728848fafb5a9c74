from __future__ import annotations

import os
import shutil
import subprocess
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.running import TIMEOUT_S
from tests.tui.fake import TOKEN, FakeBlogs, serve
from tui.client.contract import Draft, Request
from tui.client.requests import write_request
from tui.state.history import as_curl


def words(line, **environ):
    """Run *line* in bash, and return the arguments and the standard input of curl."""
    with tempfile.NamedTemporaryFile("w") as program:
        program.write(f'curl() {{ printf "%s\\0" "$@"; cat; }}\n{line}\n')
        program.flush()
        done = subprocess.run(
            ["bash", "--norc", program.name],
            input=b"",
            capture_output=True,
            env={"PATH": os.environ["PATH"], **environ},
            timeout=TIMEOUT_S,
            check=True,
        )
    *arguments, rest = done.stdout.split(b"\0")
    assert done.stderr == b""
    return [argument.decode() for argument in arguments], rest


def test_curl_of_a_read_has_only_the_url():
    request = Request(method="GET", target="/blog?limit=5&view=summary")

    line = as_curl("http://127.0.0.1:1/Prod", request, with_token=True)

    assert line == "curl -i 'http://127.0.0.1:1/Prod/blog?limit=5&view=summary'"


def test_curl_of_a_write_has_the_token_variable_not_the_token():
    request = write_request(
        "POST", "/blog", Draft(id="x", title="it's", author="$HOME", contents="`id`")
    )

    line = as_curl("http://h", request, with_token=True)
    arguments, _ = words(line, BLOGS_WRITE_TOKEN="hush")

    assert "hush" not in line
    assert "Authorization: Bearer hush" in arguments
    assert arguments[-1].encode() == request.body
    assert "BLOGS_WRITE_TOKEN" not in as_curl("http://h", request, with_token=False)


@settings(max_examples=15, deadline=None)
@given(
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"])),
    st.text(st.characters(min_codepoint=33, max_codepoint=126)),
)
def test_a_shell_passes_the_exact_request_to_curl(contents, tag):
    draft = Draft(id="x", title=contents, author="", contents=contents)
    request = write_request("PUT", "/blog/x", draft, f'"{tag}"')

    arguments, _ = words(as_curl("http://h", request, with_token=False))

    assert f'If-Match: "{tag}"' in arguments
    assert arguments[-1].encode() == request.body


def test_a_long_body_is_passed_on_stdin():
    draft = Draft(id="x", title="T", author="", contents="it's $HOME `id` \\" * 20_000)
    request = write_request("PUT", "/blog/x", draft)

    arguments, rest = words(as_curl("http://h", request, with_token=False))

    assert arguments[-2:] == ["--data-binary", "@-"]
    assert rest.strip() == request.body


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_sends_the_same_request():
    with serve(FakeBlogs(1)) as served:
        draft = Draft(id="mine", title="[x] {y}", author="", contents="it's\n$HOME")
        line = as_curl(served.url, write_request("POST", "/blog", draft), with_token=True)

        done = subprocess.run(
            ["bash", "-c", line],
            capture_output=True,
            env={"PATH": os.environ["PATH"], "BLOGS_WRITE_TOKEN": TOKEN},
            timeout=TIMEOUT_S,
            check=True,
        )

        assert done.stdout.startswith(b"HTTP/1.1 201")
        assert served.blogs.table["mine"]["contents"] == "it's\n$HOME"
