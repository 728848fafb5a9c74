"""The commands as processes: interrupts, and what they import."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

from tests.running import TIMEOUT_S

PROGRAM = [sys.executable, "-m", "tui"]


HEAVY = (
    "{'textual', 'rich', 'click', 'pygments', 'markdown_it', 'boto3', 'numpy', 'aiohttp', 'uvloop'}"
)


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


COMMANDS = (
    ["ls"],
    ["ls", "--json"],
    ["show", "blog-0001"],
    ["post", "--title", "T", "--file", os.devnull],
    ["edit", "blog-0001", "--title", "T"],
    ["diff"],
    ["diff", "blog-0001", "--json"],
    ["parity", "--read-only", "--json"],
    ["rm", "blog-0001", "--yes"],
    ["outputs"],
    ["completion", "bash"],
    ["metrics", "--json", "--outputs", os.devnull],
    ["show", "nope"],
)


def test_no_other_command_loads_textual_or_the_libraries_of_the_lab(served):
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
