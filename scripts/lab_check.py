"""Compare the load generator of the lab with vegeta, and update docs/lab.md.

Both send the same constant rate to one server on this machine, in the order
A B B A. The check fails if the throughput differs by more than 2 %, the median
by more than 15 % (or 1 ms), or the 99th percentile by more than a factor of 2.
Go builds vegeta once, into .cache/vegeta; without Go, the check is skipped.
"""

import argparse
import asyncio
import http
import json
import math
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aiohttp import web
from marked_text import replace_between

from lab.backends import Backend, Target
from lab.load.run import LoadOptions, run
from lab.plan import Arrivals, Operation, Order, Plan, PlannedRequest, PlanSettings, Slot
from lab.rows import Outcome

ROOT: Final = Path(__file__).resolve().parent.parent
MODULE: Final = ROOT / "tools" / "vegeta"
BUILT: Final = ROOT / ".cache" / "vegeta"
DOCUMENT: Final = ROOT / "docs" / "lab.md"
MAIN: Final = "github.com/tsenart/vegeta/v12"
PATH: Final = "/blog?limit=20"
SERVER_S: Final = 0.02
THROUGHPUT: Final = 0.02
MEDIAN: Final = 0.15
MEDIAN_MS: Final = 1.0
P99: Final = 2.0


class Failed(Exception):
    """The check could not be made; the text says why."""


@dataclass(frozen=True)
class Sample:
    """One successful request: when it was sent and when it ended, in seconds."""

    sent_s: float
    end_s: float

    @property
    def ms(self) -> float:
        return (self.end_s - self.sent_s) * 1000


@dataclass(frozen=True)
class Figures:
    """What one generator measured in all its slots."""

    throughput: float
    p50: float
    p99: float


def main() -> int:
    args = parse()
    if not shutil.which("go") and not (BUILT / "vegeta").exists():
        print("lab-check: skipped, because Go is not installed (https://go.dev/dl/)")
        return 0
    try:
        tool = built()
        with server() as url:
            ours, theirs = measure(tool, url, args.rate, args.seconds)
    except Failed as error:
        print(f"lab-check: {error}", file=sys.stderr)
        return 1
    problems = differences(ours, theirs)
    text = table(ours, theirs, args, problems)
    print(text)
    write(text)
    for problem in problems:
        print(f"lab-check: {problem}", file=sys.stderr)
    return 1 if problems else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make lab-check",
        description=__doc__,
        epilog="example: make lab-check",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rate", type=int, default=200, help="requests per second (default: 200)")
    parser.add_argument("--seconds", type=int, default=10, help="length of a slot (default: 10)")
    return parser.parse_args()


def built() -> Path:
    """Return vegeta; build it unless this version is there."""
    tool, wanted = BUILT / "vegeta", BUILT / "go.sum"
    sums = (MODULE / "go.sum").read_bytes()
    if tool.exists() and wanted.exists() and wanted.read_bytes() == sums:
        return tool
    wanted.unlink(missing_ok=True)
    BUILT.mkdir(parents=True, exist_ok=True)
    print("lab-check: building vegeta with Go: up to some minutes, once", file=sys.stderr)
    done = subprocess.run(
        ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", str(tool), MAIN],
        cwd=MODULE,
        env={**os.environ, "CGO_ENABLED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"the build of vegeta failed: {' '.join(done.stderr.split()[-30:])}")
    wanted.write_bytes(sums)
    return tool


@contextmanager
def server() -> Iterator[str]:
    """Run a server that responds after `SERVER_S`, in a process of its own."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield (process.stdout or sys.exit()).readline().strip()
        finally:
            process.terminate()


def measure(tool: Path, url: str, rate: int, seconds: int) -> tuple[Figures, Figures]:
    """Run both generators in the order A B B A; return the figures of ours and of vegeta."""
    slots: dict[str, list[Sequence[Sample]]] = {"lab": [], "vegeta": []}
    for name in ("lab", "vegeta", "vegeta", "lab"):
        print(f"lab-check: {name}, {rate} requests/s for {seconds} s", file=sys.stderr)
        found = lab(url, rate, seconds) if name == "lab" else vegeta(tool, url, rate, seconds)
        slots[name].append(found)
    return figures(slots["lab"]), figures(slots["vegeta"])


def lab(url: str, rate: int, seconds: int) -> Sequence[Sample]:
    """Send the requests with the lab's generator."""
    log = asyncio.run(
        run(
            constant_plan(rate, seconds),
            {Backend.FUNCTIONS: Target(backend=Backend.FUNCTIONS, url=url)},
            LoadOptions(),
            lambda _: None,
            asyncio.Event(),
        )
    )
    return [
        Sample(row.sent_s, row.end_s)
        for row in log.rows
        if row.outcome is Outcome.OK and row.sent_s is not None and row.end_s is not None
    ]


def constant_plan(rate: int, seconds: int) -> Plan:
    """Return a plan with lists only, to one backend, at equal distances."""
    return Plan(
        settings=PlanSettings(
            run_id="check",
            seed=0,
            rate=rate,
            duration_s=seconds,
            mix={Operation.LIST: 1},
            order=Order.PARALLEL,
            arrivals=Arrivals.CONSTANT,
            warm_up_s=0,
        ),
        slots=[Slot(number=0, backends=[Backend.FUNCTIONS], start_s=0, end_s=seconds, rate=rate)],
        requests=[
            PlannedRequest(
                number=number,
                planned_s=number / rate,
                slot=0,
                backend=Backend.FUNCTIONS,
                operation=Operation.LIST,
            )
            for number in range(rate * seconds)
        ],
    )


def vegeta(tool: Path, url: str, rate: int, seconds: int) -> Sequence[Sample]:
    """Send the requests with vegeta."""
    attack: list[str | Path] = [tool, "attack", f"-rate={rate}/s", f"-duration={seconds}s"]
    binary = _output(attack, f"GET {url}{PATH}\n".encode())
    lines = _output([tool, "encode", "-to=json"], binary).splitlines()
    results = [one for one in map(json.loads, lines) if one["code"] == http.HTTPStatus.OK]
    return [sample(one["timestamp"], one["latency"]) for one in results]


def _output(command: Sequence[str | Path], data: bytes) -> bytes:
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failed(f"vegeta failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def sample(timestamp: str, latency_ns: int) -> Sample:
    """Return a result of vegeta, whose times have nanoseconds."""
    whole, nanoseconds, zone = re.split(r"\.(\d+)", timestamp)
    sent = datetime.fromisoformat(whole + zone.replace("Z", "+00:00")).timestamp()
    sent += float(f"0.{nanoseconds}")
    return Sample(sent, sent + latency_ns / 1e9)


def figures(slots: Sequence[Sequence[Sample]]) -> Figures:
    """Return the figures of all slots together."""
    if not all(slots):
        raise Failed("a generator got no response")
    times = sorted(sample.ms for slot in slots for sample in slot)
    seconds = sum(max(s.end_s for s in slot) - min(s.sent_s for s in slot) for slot in slots)
    return Figures(
        throughput=len(times) / seconds, p50=quantile(times, 0.5), p99=quantile(times, 0.99)
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[math.ceil(len(ordered) * share) - 1]


def differences(ours: Figures, theirs: Figures) -> list[str]:
    """Return a sentence for each figure that differs too much."""
    found = []
    if abs(ours.throughput - theirs.throughput) > THROUGHPUT * theirs.throughput:
        found.append(f"the throughput differs by more than {THROUGHPUT:.0%}")
    if abs(ours.p50 - theirs.p50) > max(MEDIAN_MS, MEDIAN * theirs.p50):
        found.append(f"the median differs by more than {MEDIAN:.0%} and {MEDIAN_MS:g} ms")
    if not 1 / P99 <= ours.p99 / theirs.p99 <= P99:
        found.append(f"the 99th percentile differs by more than a factor of {P99:g}")
    return found


def table(ours: Figures, theirs: Figures, args: argparse.Namespace, problems: list[str]) -> str:
    rows = [
        ("responses per second", ours.throughput, theirs.throughput, f"within {THROUGHPUT:.0%}"),
        ("p50, ms", ours.p50, theirs.p50, f"within {MEDIAN:.0%} or {MEDIAN_MS:g} ms"),
        ("p99, ms", ours.p99, theirs.p99, f"within a factor of {P99:g}"),
    ]
    lines = [f"| {name} | {a:.2f} | {b:.2f} | {limit} |" for name, a, b, limit in rows]
    today = datetime.now(UTC).date()
    verdict = "All figures agree." if not problems else f"Not in agreement: {'; '.join(problems)}."
    return "\n".join(
        [
            "| | lab | vegeta 12.13.0 | limit |",
            "|---|---:|---:|---|",
            *lines,
            "",
            (
                f"Measured by `make lab-check` on {today} ({os.cpu_count()} cores, "
                f"{platform.system()}, Python {platform.python_version()}): {args.rate} requests/s "
                f"for two times {args.seconds} s each, to a server that responds after "
                f"{SERVER_S * 1000:.0f} ms. Times from the sending of a request. {verdict}"
            ),
        ]
    )


def write(text: str) -> None:
    """Replace the table in the document."""
    replace_between(DOCUMENT, "lab-check", text)


def serve() -> None:
    """Respond to every request after `SERVER_S`. The first line on stdout is the URL."""

    async def respond(_: web.Request) -> web.Response:
        await asyncio.sleep(SERVER_S)
        return web.json_response([])

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", respond)
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    web.run_app(app, sock=listening, print=None, access_log=None)


if __name__ == "__main__":
    try:
        if sys.argv[1:] == ["--serve"]:
            serve()
        else:
            sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
