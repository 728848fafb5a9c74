"""Start the local cloud, and use it in the client or in a script.

In a terminal, open the client. Without one (in a pipe or a CI job), create,
list, read, edit and delete blogs through both backends with the `blogs`
command, and print the time of each step.
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

from tui import text
from tui.state.samples import AUTHOR, SAMPLES

ROOT = Path(__file__).resolve().parent.parent
BLOGS = Path(sys.executable).with_name("blogs")
STATE = str(ROOT / ".cache" / "localcloud" / "local")
BACKENDS = ("functions", "containers")


def main() -> int:
    options = parse()
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not options.script
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        with local_cloud(options.state):
            environment = client_environment(options.state)
            if interactive:
                welcome(environment)
                stops = {"BLOGS_QUIT_STOPS_LOCAL_CLOUD": "1"}  # the client asks before it quits
                return run_client(environment | stops)
            run_script(environment)
        print("demo: stopped")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of the output closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make demo",
        description=__doc__,
        epilog="example: make demo | cat",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--script", action="store_true", help="run the script also in a terminal")
    parser.add_argument(
        "--state",
        default=STATE,
        metavar="FOLDER",
        help="state folder of the local cloud (default: .cache/localcloud/local in the project)",
    )
    return parser.parse_args()


@contextlib.contextmanager
def local_cloud(state: str) -> Iterator[None]:
    """Run the local cloud, from its first answer to the end of the block."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "--state", state, "--until-eof"],
        cwd=ROOT,
        stdin=subprocess.PIPE,  # the local cloud stops when this closes, by whatever cause
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C goes to the client only
    )
    try:
        assert process.stdout  # noqa: S101 -- it is a pipe
        line = process.stdout.readline()
        if not line:
            sys.exit(process.wait() or 1)
        print(f"demo: local cloud ready after {time.perf_counter() - started:.1f} s")
        yield
    finally:
        process.communicate()


def welcome(environment: dict[str, str]) -> None:
    """Post the sample blogs if there are no blogs."""
    if blogs(["ls", "--limit", "1"], None, environment)["blogs"]:
        return
    for number, sample in enumerate(reversed(SAMPLES)):
        backend = BACKENDS[number % len(BACKENDS)]
        command = ["post", "--title", sample.title, "--author", AUTHOR, "--backend", backend]
        blogs(command, sample.contents, environment)


def run_client(environment: dict[str, str]) -> int:
    """Run the client and return its exit code. It gets the signals, to restore the terminal."""
    with subprocess.Popen([str(BLOGS)], env=environment) as client:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: client.send_signal(number))
        code = client.wait()
    return code if code >= 0 else 128 - code


def client_environment(state: str) -> dict[str, str]:
    """Return an environment in which the client uses this local cloud, and no other."""
    others = {"BLOGS_FUNCTIONS_URL", "BLOGS_CONTAINERS_URL", "BLOGS_WRITE_TOKEN"}
    kept = {name: value for name, value in os.environ.items() if name not in others}
    state_folder = str((ROOT / state).resolve())
    return {**kept, "BLOGS_LOCAL_CLOUD": state_folder, "BLOGS_STACK": "local"}


def run_script(environment: dict[str, str]) -> None:
    """Run each step through both backends, and print the times."""
    times: dict[str, dict[str, float]] = {}
    for backend in BACKENDS:
        blog_id = f"demo-{backend}-{os.getpid()}"
        try:
            for name, arguments, contents in steps(blog_id, backend):
                started = time.perf_counter()
                result = blogs([*arguments, "--backend", backend], contents, environment)
                times.setdefault(name, {})[backend] = time.perf_counter() - started
                print(f"{backend:10}  {name:6}  {describe(result)}", flush=True)
        finally:
            remove(blog_id, environment)
    print_table(times)


def remove(blog_id: str, environment: dict[str, str]) -> None:
    """Delete the blog of the script, if it still exists."""
    command = [str(BLOGS), "rm", blog_id, "--yes"]
    subprocess.run(command, env=environment, capture_output=True, check=False)


def steps(blog_id: str, backend: str) -> list[tuple[str, list[str], str | None]]:
    """Return the name, the arguments and the standard input of each step."""
    title = f"Posted through {backend}"
    return [
        ("post", ["post", "--id", blog_id, "--title", title, "--author", "demo"], "First version."),
        ("list", ["ls", "--limit", "5"], None),
        ("read", ["show", blog_id], None),
        ("edit", ["edit", blog_id, "--title", f"{title}, edited"], None),
        ("delete", ["rm", blog_id, "--yes"], None),
    ]


def blogs(
    arguments: Sequence[str], contents: str | None, environment: dict[str, str]
) -> dict[str, Any]:
    """Run the `blogs` command and return its JSON. Exit if it fails."""
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
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def describe(result: dict[str, Any]) -> str:
    """Return a short description of a step's result."""
    if "blogs" in result:
        listed = result["blogs"]
        return f"{text.count(len(listed), 'blog')}, newest: {listed[0]['title']}"
    if "blog" in result:
        return f"{result['blog']['id']}: {result['blog']['title']}"
    return "done"


def print_table(times: dict[str, dict[str, float]]) -> None:
    """Print the milliseconds by step and backend, including the start of the command."""
    print(f"\n{'ms':8}" + "".join(f"{backend:>12}" for backend in BACKENDS))
    for name, by_backend in times.items():
        print(f"{name:8}" + "".join(f"{by_backend[backend] * 1000:12,.0f}" for backend in BACKENDS))
    print()


if __name__ == "__main__":
    sys.exit(main())
