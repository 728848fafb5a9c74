"""Measure both backends in the local cloud, and update the table in README.md.

The two backends get the same requests in turn, so compare the columns of one
row with each other. Do not compare with another machine or another day. The
load generator uses part of the CPU.
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
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import aiohttp
import startup
from marked_text import replace_between

from lab.load.closed_loop import UnexpectedStatus, alternate, timed_get
from tui import text

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
URL_OUTPUTS = {"functions": "FunctionsURL", "containers": "ContainersURL"}
BLOG_COUNT = 50
READS = {"GET one": "/blog/bench-0", "GET list": "/blog?limit=20"}
Row = tuple[str, Mapping[str, float]]


def main() -> int:
    options = parse()
    try:
        rows = asyncio.run(measure(options.starts, options.requests))
    except UnexpectedStatus as error:
        sys.exit(f"bench: {error}")
    log("startup of the client")
    startups = startup.measure(options.starts)
    table = "\n".join(
        [render(rows, options.starts, options.requests), "", *render_startups(startups)]
    )
    print(table)
    if not options.print:
        replace_between(README, "bench", table)
    over = startup.over_limit(startups)
    for line in over:
        log(line)
    return 1 if over else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=__doc__,
        epilog="example: make bench\nexit status: 1 if the client starts too slowly",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--starts", type=positive, default=5, help="number of starts (default: 5)")
    parser.add_argument(
        "--requests", type=positive, default=400, help="requests per figure (default: 400)"
    )
    parser.add_argument("--print", action="store_true", help="do not change README.md")
    return parser.parse_args()


def positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return int(text)


async def measure(starts: int, requests: int) -> list[Row]:
    """Start the local cloud several times, then send requests to one more."""
    first_response: dict[str, list[float]] = {backend: [] for backend in URL_OUTPUTS}
    cold_start: dict[str, list[float]] = {"functions": []}
    with tempfile.TemporaryDirectory() as state:
        await measure_start(state)  # not counted: it sets up the state folder
        for number in range(starts):
            log(f"start {number + 1} of {starts}")
            responses, cold = await measure_start(state)
            for backend, milliseconds in responses.items():
                first_response[backend].append(milliseconds)
            cold_start["functions"].append(cold)
        rows: list[Row] = [
            ("`python -m localcloud` to the first response", medians(first_response)),
            ("cold start: the first `GET /blog/{id}` of a function", medians(cold_start)),
        ]
        async with local_cloud(state) as (urls, token), aiohttp.ClientSession() as session:
            await post_blogs(session, urls["functions"], token)
            rows += await measure_reads(session, urls, requests)
    return rows


async def measure_start(state: str) -> tuple[dict[str, float], float]:
    """Start the local cloud once.

    Return the milliseconds until each backend responds, and the time of a function's first request.
    """
    started = time.perf_counter()

    async def first_response(url: str) -> float:
        await timed_get(session, f"{url}/")
        return (time.perf_counter() - started) * 1000

    async with local_cloud(state) as (urls, _), aiohttp.ClientSession() as session:
        times = await asyncio.gather(*map(first_response, urls.values()))
        unknown = f"{urls['functions']}/blog/none"
        cold = await timed_get(session, unknown, HTTPStatus.NOT_FOUND)
    return dict(zip(urls, times, strict=True)), cold


async def measure_reads(
    session: aiohttp.ClientSession, urls: Mapping[str, str], requests: int
) -> list[Row]:
    """Return the p50 and p99 of each read, with one client and with eight."""
    rows: list[Row] = []
    for name, path in READS.items():
        for clients in (1, 8):
            log(f"{name}, {clients} at a time")
            targets = {backend: url + path for backend, url in urls.items()}
            samples = await alternate(session, targets, clients=clients, requests=requests)
            label = f"{name}, {text.count(clients, 'client')}"
            rows += [
                (f"{label}, p{percent}", percentiles(samples, percent)) for percent in (50, 99)
            ]
    return rows


async def post_blogs(session: aiohttp.ClientSession, url: str, token: str) -> None:
    """Create the blogs that the requests read."""
    for number in range(BLOG_COUNT):
        blog = {
            "id": f"bench-{number}",
            "title": f"Blog {number}",
            "author": "bench",
            "contents": "Lorem ipsum. " * 80,
        }
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(f"{url}/blog", json=blog, headers=headers) as response:
            if response.status not in (HTTPStatus.CREATED, HTTPStatus.CONFLICT):
                sys.exit(f"bench: POST {url}/blog returned {response.status}")


@contextlib.asynccontextmanager
async def local_cloud(state: str) -> AsyncIterator[tuple[dict[str, str], str]]:
    """Run a local cloud; yield the URLs of the backends and the write token."""
    with running(state) as process:
        assert process.stdout  # noqa: S101 -- it is a pipe
        line = await asyncio.to_thread(process.stdout.readline)
        if not line:
            sys.exit("bench: the local cloud did not start")
        outputs = json.loads(line)
        yield {name: outputs[key] for name, key in URL_OUTPUTS.items()}, outputs["WriteToken"]


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


def medians(samples: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(times) for name, times in samples.items()}


def percentiles(samples: Mapping[str, list[float]], percent: int) -> dict[str, float]:
    return {
        name: statistics.quantiles(times, n=100)[percent - 1] for name, times in samples.items()
    }


def render(rows: list[Row], starts: int, requests: int) -> str:
    """Return the Markdown table of the backends, with the ratio of each row."""
    lines = [
        "| milliseconds | functions | containers | functions / containers |",
        "|---|---:|---:|---:|",
    ]
    for name, figures in rows:
        functions, containers = figures.get("functions"), figures.get("containers")
        ratio = f"{functions / containers:.2f}" if functions and containers else "-"
        lines.append(f"| {name} | {number(functions)} | {number(containers)} | {ratio} |")
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    sample = f"{text.count(starts, 'start')}, {text.count(requests, 'request')} per figure"
    lines += [
        "",
        f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d} ({machine}): medians of",
        f"{sample}, both backends in turn. This is one run",
        "on one machine: compare the ratios, not the times.",
    ]
    return "\n".join(lines)


def render_startups(startups: Mapping[str, startup.Comparison]) -> list[str]:
    """Return the Markdown table of the client's startup, the fastest of several."""
    lines = [
        "| startup of the client, milliseconds | client | baseline | ratio | limit |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, measured in startups.items():
        lines.append(
            f"| {name} | {measured.client_ms:,.0f} | {measured.baseline_ms:,.0f}"
            f" ({measured.baseline}) | {measured.ratio:.2f} | {measured.limit:.2f} |"
        )
    return lines


def number(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds:,.1f}"


def log(line: str) -> None:
    print(f"bench: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
