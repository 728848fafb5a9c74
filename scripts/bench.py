"""Measure both backends in the local cloud, and renew the table in README.md.

Both backends are asked in turn in the same run, so compare the columns of a row with each other,
never a figure with that of another machine or another day. The client takes part of the CPU.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import start

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
BACKENDS = {"functions": "FunctionsURL", "containers": "ContainersURL"}
SEEDED = 50
Row = tuple[str, dict[str, float]]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=__doc__,
        epilog="example: make bench",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--starts", type=positive, default=5, help="how often to start (default 5)")
    parser.add_argument("--requests", type=positive, default=400, help="per figure (default 400)")
    parser.add_argument("--print", action="store_true", help="leave README.md as it is")
    given = parser.parse_args()
    rows = asyncio.run(measure(given.starts, given.requests))
    say("the client's start")
    table = "\n".join([render(rows, given.starts, given.requests), "", *starts(given.starts)])
    print(table)
    if not given.print:
        write(table)


def positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no positive number")
    return int(text)


async def measure(starts: int, requests: int) -> list[Row]:
    """Start the local cloud several times, and load it in the last one."""
    first: dict[str, list[float]] = {backend: [] for backend in BACKENDS}
    cold: dict[str, list[float]] = {"functions": []}
    with tempfile.TemporaryDirectory() as state:
        await one_start(state, {backend: [] for backend in BACKENDS}, {"functions": []})
        for number in range(starts):
            say(f"start {number + 1} of {starts}")
            await one_start(state, first, cold)
        rows = [
            ("`python -m localcloud` to the first answer", medians(first)),
            ("cold start: the first `GET /blog/{id}` of a function", medians(cold)),
        ]
        async with started(state) as (urls, token), aiohttp.ClientSession() as session:
            await seed(session, urls["functions"], token)
            rows += await warm(session, urls, requests)
    return rows


async def one_start(
    state: str, first: dict[str, list[float]], cold: dict[str, list[float]]
) -> None:
    """Time one start until each backend answers, and the first request to a fresh function."""
    begun = time.perf_counter()

    async def first_answer(backend: str, url: str) -> None:
        await timed(session, f"{url}/", 200)
        first[backend].append((time.perf_counter() - begun) * 1000)

    async with started(state) as (urls, _), aiohttp.ClientSession() as session:
        await asyncio.gather(*(first_answer(*backend) for backend in urls.items()))
        cold["functions"].append(await timed(session, f"{urls['functions']}/blog/none", 404))


async def warm(session: aiohttp.ClientSession, urls: dict[str, str], requests: int) -> list[Row]:
    """Give p50 and p99 of both reads with one client and with eight, the backends in turn."""
    rows: list[Row] = []
    for name, path in (("GET one", "/blog/bench-0"), ("GET list", "/blog?limit=20")):
        for clients in (1, 8):
            say(f"{name}, {clients} at a time")
            samples: dict[str, list[float]] = {backend: [] for backend in urls}
            for part in range(4):
                order = list(urls) if part % 2 == 0 else list(reversed(urls))
                for backend in order:
                    url = urls[backend] + path
                    await load(session, url, clients, 10)
                    samples[backend] += await load(session, url, clients, requests // 4)
            for percent in (50, 99):
                figures = {
                    backend: statistics.quantiles(times, n=100)[percent - 1]
                    for backend, times in samples.items()
                }
                rows.append((f"{name}, {clients} client{'s' * (clients > 1)}, p{percent}", figures))
    return rows


async def load(
    session: aiohttp.ClientSession, url: str, clients: int, requests: int
) -> list[float]:
    """Send *requests* requests, *clients* at a time; give the milliseconds of each."""
    left = iter(range(requests))

    async def client() -> list[float]:
        return [await timed(session, url, 200) for _ in left]

    parts = await asyncio.gather(*(client() for _ in range(clients)))
    return [took for part in parts for took in part]


async def timed(session: aiohttp.ClientSession, url: str, status: int) -> float:
    """Give the milliseconds from asking to the last byte; another status ends the measurement."""
    begun = time.perf_counter()
    async with session.get(url) as answer:
        body = await answer.read()
        if answer.status != status:
            sys.exit(f"bench: {url} answered {answer.status}: {body[:200]!r}")
    return (time.perf_counter() - begun) * 1000


async def seed(session: aiohttp.ClientSession, url: str, token: str) -> None:
    """Post the blogs that are read."""
    for number in range(SEEDED):
        blog = {
            "id": f"bench-{number}",
            "title": f"Blog {number}",
            "author": "bench",
            "contents": "Lorem ipsum. " * 80,
        }
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(f"{url}/blog", json=blog, headers=headers) as answer:
            if answer.status not in (201, 409):
                sys.exit(f"bench: posting failed with {answer.status}")


@contextlib.asynccontextmanager
async def started(state: str) -> AsyncIterator[tuple[dict[str, str], str]]:
    """Run a local cloud; give the backends' addresses and the token."""
    with running(state) as process:
        assert process.stdout  # noqa: S101  # asked for below
        line = await asyncio.to_thread(process.stdout.readline)
        if not line:
            sys.exit("bench: the local cloud did not start")
        outputs = json.loads(line)
        yield {name: outputs[key] for name, key in BACKENDS.items()}, outputs["WriteToken"]


@contextlib.contextmanager
def running(state: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "--state", f"{state}/state"],
        cwd=ROOT,
        env={**os.environ, "XDG_STATE_HOME": state},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        if process.stdout:
            process.stdout.close()


def medians(samples: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(times) for name, times in samples.items()}


def render(rows: list[Row], starts: int, requests: int) -> str:
    """Write the table with the ratio of each row."""
    lines = [
        "| milliseconds | functions | containers | functions / containers |",
        "|---|---:|---:|---:|",
    ]
    for name, figures in rows:
        functions, containers = figures.get("functions"), figures.get("containers")
        ratio = f"{functions / containers:.2f}" if functions and containers else "-"
        lines.append(f"| {name} | {number(functions)} | {number(containers)} | {ratio} |")
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    lines += [
        "",
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d} ({machine}): medians of {starts}",
        f"starts, {requests} requests per figure, the backends in turn. One run on one machine:",
        "read the ratios.",
    ]
    return "\n".join(lines)


def starts(times: int) -> list[str]:
    """Write how long the client takes to start, the shortest of several."""
    measured = start.measure(times)
    lines = [
        "| the client's start, milliseconds | it | the least possible | ratio |",
        "|---|---:|---:|---:|",
    ]
    for what, least in (
        ("first frame", "a Textual app of one line"),
        ("blogs ls --json", "Python importing httpx"),
    ):
        ours, bare, ratio = measured[what].values()
        lines.append(f"| {what} | {ours:,.0f} | {bare:,.0f} ({least}) | {ratio:.2f} |")
    return lines


def number(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds:,.1f}"


def write(table: str) -> None:
    """Put the table between its marks in README.md."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")


def say(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
