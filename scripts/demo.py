"""The demo: start the local cloud, then browse (in a terminal) or run through it as a script.

With a terminal it opens the client. Without one (a pipe, a CI job) it creates, lists, reads, edits
and deletes blogs through both backends with the `blogs` command, and prints what each step took.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BLOGS = Path(sys.executable).with_name("blogs")
STATE = str(ROOT / ".cache" / "localcloud" / "local")
BACKENDS = ("functions", "containers")
WELCOME = {
    "What runs here": """\
One Pulumi program declares the same API twice: as **functions** and as **containers**.

This machine runs what it declares: the real Lambda handlers, the real Flask app, and a database
on disk. There is no AWS account behind it.""",
    "Read this through the other backend": """\
Press `t`: the same blog comes from the other side. Press `l`: the request log shows what each
request took, and whether a function had to start first (*cold*).""",
    "Write something": """\
- `n` writes a blog, `e` edits the one you read, `d` deletes it
- `?` shows every key, `q` goes back and at last quits

What you write stays for the next start.""",
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make demo",
        description=__doc__,
        epilog="example: make demo | cat",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--script", action="store_true", help="run the script, terminal or not")
    parser.add_argument("--state", default=STATE, help="the local cloud's state folder")
    given = parser.parse_args()
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not given.script
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        with local_cloud(given.state) as outputs:
            environment = client_environment(outputs)
            if interactive:
                welcome(environment)
                return subprocess.call([str(BLOGS)], env=environment)
            run_script(environment)
        print("demo: everything stopped")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


@contextlib.contextmanager
def local_cloud(state: str) -> Iterator[dict[str, str]]:
    """Run the local cloud, and stop it at the end; give its outputs."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "--state", state, "--until-eof"],
        cwd=ROOT,
        stdin=subprocess.PIPE,  # its end, by whatever cause, is the local cloud's end
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C belongs to the client
    )
    try:
        assert process.stdout  # noqa: S101  # asked for above
        line = process.stdout.readline()
        if not line:
            sys.exit(process.wait() or 1)
        print(f"demo: the local cloud answers after {time.perf_counter() - started:.1f} s")
        yield json.loads(line)
    finally:
        process.communicate()


def welcome(environment: dict[str, str]) -> None:
    """Post a few blogs where there are none, so that there is something to read."""
    if blogs(["ls", "--limit", "1"], None, environment)["blogs"]:
        return
    for number, (title, contents) in enumerate(WELCOME.items()):
        backend = BACKENDS[number % len(BACKENDS)]
        command = ["post", "--title", title, "--author", "demo", "--backend", backend]
        blogs(command, contents, environment)


def client_environment(outputs: dict[str, str]) -> dict[str, str]:
    """Point the client at this local cloud, whatever else runs."""
    return {
        **os.environ,
        "BLOGS_FUNCTIONS_URL": outputs["FunctionsURL"],
        "BLOGS_CONTAINERS_URL": outputs["ContainersURL"],
        "BLOGS_WRITE_TOKEN": outputs.get("WriteToken", ""),
    }


def run_script(environment: dict[str, str]) -> None:
    """Do each step through both backends, and print what it took."""
    took: dict[str, dict[str, float]] = {}
    for backend in BACKENDS:
        identity = f"demo-{backend}-{os.getpid()}"
        try:
            for name, arguments, contents in steps(identity, backend):
                started = time.perf_counter()
                answer = blogs([*arguments, "--backend", backend], contents, environment)
                took.setdefault(name, {})[backend] = time.perf_counter() - started
                print(f"{backend:10}  {name:6}  {describe(answer)}", flush=True)
        finally:
            remove(identity, environment)
    print_table(took)


def remove(identity: str, environment: dict[str, str]) -> None:
    """Leave no blog of the script's behind, however far it came."""
    command = [str(BLOGS), "rm", identity, "--yes"]
    subprocess.run(command, env=environment, capture_output=True, check=False)


def steps(identity: str, backend: str) -> list[tuple[str, list[str], str | None]]:
    """Give the name, the arguments and the standard input of each step."""
    title = f"Posted through {backend}"
    return [
        ("post", ["post", "--id", identity, "--title", title, "--author", "demo"], "First words."),
        ("list", ["ls", "--limit", "5"], None),
        ("read", ["show", identity], None),
        ("edit", ["edit", identity, "--title", f"{title}, edited"], None),
        ("delete", ["rm", identity, "--yes"], None),
    ]


def blogs(
    arguments: Sequence[str], contents: str | None, environment: dict[str, str]
) -> dict[str, Any]:
    """Run the `blogs` command and give what its JSON says; a failure ends the demo."""
    finished = subprocess.run(
        [str(BLOGS), *arguments, "--json"],
        input=contents or "",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        sys.exit(f"demo: blogs {' '.join(arguments)} failed: {finished.stderr.strip()}")
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


def describe(answer: dict[str, Any]) -> str:
    """Say in a few words what a step gave."""
    if "blogs" in answer:
        listed = answer["blogs"]
        return f"{len(listed)} blogs, the newest: {listed[0]['title']}"
    if "blog" in answer:
        return f"{answer['blog']['id']}: {answer['blog']['title']}"
    return "done"


def print_table(took: dict[str, dict[str, float]]) -> None:
    """Print milliseconds by step and backend, the start of the command included."""
    print(f"\n{'ms':8}" + "".join(f"{backend:>12}" for backend in BACKENDS))
    for name, times in took.items():
        print(f"{name:8}" + "".join(f"{times[backend] * 1000:12.0f}" for backend in BACKENDS))
    print()


if __name__ == "__main__":
    sys.exit(main())
