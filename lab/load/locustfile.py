"""Send a planned load with Locust. `blogs compare --write-plan` puts this file beside the plan.

It needs Locust (with gevent) and the standard library. `README.md` in the same folder has the
commands. Each request is sent at its planned time, whatever happens to the others (open loop), on
a connection of its own while others are in flight. Nothing is retried, redirected or decompressed.

The master tells each worker which part of the plan is its own. A worker starts a fixed time after
that message, by its own clock: the clocks of the machines need not agree.
"""

from __future__ import annotations

import datetime as dt
import errno
import gc
import gzip
import http.client
import json
import os
import platform
import resource
import socket
import ssl
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gevent
import gevent.event
import gevent.monkey
import locust
from locust.rpc import Message
from locust.runners import MasterRunner, Runner, WorkerRunner

FOLDER = Path(__file__).parent
ROWS = FOLDER / "rows.jsonl"
START_IN_S = 2.0
REPORT_S = 0.5
CPU_WINDOW_S = 5.0
GRACE_S = 30.0
STOP_S = 10.0
METHODS = {"read": "GET", "list": "GET", "post": "POST", "edit": "PUT", "delete": "DELETE"}
READS = {"read", "list"}
CREATED = 201
UNAVAILABLE = 503
SENTENCE = "This blog was created by a load test and can be deleted. "
ERRNO_CLASSES = {
    errno.EMFILE: "descriptors",
    errno.ENFILE: "descriptors",
    errno.EADDRNOTAVAIL: "ports",
}
POLL = gevent.monkey.get_original("select", "poll")


def setting(name: str) -> str:
    """Return the environment variable *name*, or else the content of the file of that name."""
    if name in os.environ:
        return os.environ[name]
    file = FOLDER / name
    return file.read_text("utf-8").strip() if file.is_file() else ""


def read_plan() -> list[dict[str, Any]]:
    """Return the requests of the plan, which may be compressed."""
    packed = FOLDER / "plan.jsonl.gz"
    file = packed if packed.is_file() else FOLDER / "plan.jsonl"
    content = gzip.decompress(file.read_bytes()) if file == packed else file.read_bytes()
    _settings, *lines = content.splitlines()
    return [json.loads(line) for line in lines]


def part_of(requests: list[dict[str, Any]], index: int, count: int) -> list[dict[str, Any]]:
    """Return every *count*th request to each backend. All requests for one blog stay together."""
    part: dict[int, int] = {}
    assigned: Counter[str] = Counter()
    for request in requests:
        if request["after"] is None:
            part[request["number"]] = assigned[request["backend"]] % count
            assigned[request["backend"]] += 1
        else:
            part[request["number"]] = part[request["after"]]
    return [request for request in requests if part[request["number"]] == index]


class Connections:
    """The kept connections to one backend."""

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url)
        self._address = parts.netloc
        self._path = parts.path
        self._timeout_s = timeout_s
        self._context = ssl.create_default_context() if parts.scheme == "https" else None
        self._idle: list[http.client.HTTPConnection] = []

    def path(self, path: str) -> str:
        return self._path + path

    def take(self) -> http.client.HTTPConnection:
        """Return a kept connection, or one without a socket that is yet to be opened."""
        while self._idle:
            connection = self._idle.pop()
            if not self._is_closed(connection):
                return connection
            connection.close()
        if self._context:
            return http.client.HTTPSConnection(
                self._address, timeout=self._timeout_s, context=self._context
            )
        return http.client.HTTPConnection(self._address, timeout=self._timeout_s)

    def give(self, connection: http.client.HTTPConnection) -> None:
        if connection.sock is not None:
            self._idle.append(connection)

    @staticmethod
    def _is_closed(connection: http.client.HTTPConnection) -> bool:
        """Return True if there is something to read, which shows that the server has closed it."""
        poll = POLL()
        poll.register(connection.sock, 1)
        return bool(poll.poll(0))


class Exchange:
    """A request that was sent, and what came back. The log keeps all of it."""

    def __init__(self, sent_s: float) -> None:
        self.sent_s = sent_s
        self.first_byte_s: float | None = None
        self.end_s: float | None = None
        self.status: int | None = None
        self.error: str | None = None
        self.bytes = 0
        self.new_connection = False
        self.server_timing = ""
        self.served_by = ""
        self.media_type = ""
        self.body = ""


class Sender:
    """Sends a part of the plan, and reports a row for each request to the master."""

    def __init__(
        self, runner: Runner, index: int, count: int, requests: list[dict[str, Any]]
    ) -> None:
        """Take part *index* (from 0) of *count* parts of *requests*."""
        self._runner = runner
        self._requests = part_of(requests, index, count)
        self._token = setting("BLOGS_WRITE_TOKEN")
        self._timeout_s = float(RUN["timeout_s"])
        most, rest = divmod(int(RUN["max_in_flight"]), count)
        self._most = most + (index < rest)
        self._connections = {
            backend: Connections(url, self._timeout_s) for backend, url in RUN["urls"].items()
        }
        self._in_flight = dict.fromkeys(RUN["urls"], 0)
        self._peak = dict.fromkeys(RUN["urls"], 0)
        self._created: set[int] = set()
        self._waiting = {request["number"] for request in self._requests}
        self._rows: list[list[Any]] = []
        self._index = index
        self._start = 0.0
        self._scheduler = gevent.Greenlet(self._schedule)
        self._sending: set[gevent.Greenlet[..., None]] = set()

    def run(self, start: float) -> None:
        """Send everything; the run starts at *start* (`time.monotonic`)."""
        raise_descriptor_limit(self._most * len(self._connections))
        gc.collect()
        gc.freeze()
        self._start = start
        self._scheduler.start()
        gevent.sleep(max(0.0, start - time.monotonic()))
        cpu = CpuMeter()
        while not self._scheduler.ready() or self._sending:
            gevent.sleep(REPORT_S)
            cpu.sample()
            self._report(None)
        for number in sorted(self._waiting):
            self._log(number, "stopped", None)
        self._report(cpu.share())

    def stop(self) -> None:
        """Send nothing more, and end what is in flight."""
        self._scheduler.kill(block=False)
        for greenlet in list(self._sending):
            greenlet.kill(block=False)

    def _now(self) -> float:
        return time.monotonic() - self._start

    def _schedule(self) -> None:
        for request in self._requests:
            while (delay := request["planned_s"] - self._now()) > 0:
                gevent.sleep(delay)
            refused = self._reason_not_to_send(request)
            if refused:
                self._log(request["number"], refused, None)
                continue
            self._count(request["backend"], 1)
            greenlet = gevent.spawn(self._send, request)
            self._sending.add(greenlet)
            greenlet.link(self._sending.discard)

    def _reason_not_to_send(self, request: dict[str, Any]) -> str:
        if request["after"] is not None and request["after"] not in self._created:
            return "skipped"
        return "dropped" if self._in_flight[request["backend"]] >= self._most else ""

    def _send(self, request: dict[str, Any]) -> None:
        exchange = Exchange(self._now())
        connection = self._connections[request["backend"]].take()
        outcome = None
        is_open = connection.sock is not None
        try:
            with gevent.Timeout(self._timeout_s, TimeoutError):
                self._exchange(connection, request, exchange)
        except (OSError, http.client.HTTPException) as error:
            exchange.error = error_class(error, is_open=is_open or exchange.new_connection)
            connection.close()
        except gevent.GreenletExit:
            outcome = "stopped"
            connection.close()
        else:
            self._connections[request["backend"]].give(connection)
        finally:
            self._count(request["backend"], -1)
        if request["operation"] == "post" and exchange.status == CREATED and not exchange.error:
            self._created.add(request["number"])
        self._log(request["number"], outcome, exchange)
        self._show(request, exchange)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        request: dict[str, Any],
        exchange: Exchange,
    ) -> None:
        if connection.sock is None:
            connection.connect()
            exchange.new_connection = True
        path, headers, body = http_parts(request, self._token)
        connection.putrequest(
            METHODS[request["operation"]],
            self._connections[request["backend"]].path(path),
            skip_accept_encoding=True,
        )
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        exchange.first_byte_s = self._now()
        exchange.status = response.status
        content = response.read()
        exchange.end_s = self._now()
        exchange.bytes = len(content)
        exchange.server_timing = ", ".join(response.headers.get_all("Server-Timing", []))
        exchange.served_by = response.headers.get("X-Served-By", "")
        if response.status == UNAVAILABLE:  # the body shows whether the platform limits the rate
            exchange.media_type = response.headers.get_content_type()
            exchange.body = content[:1000].decode(errors="replace")

    def _count(self, backend: str, change: int) -> None:
        self._in_flight[backend] += change
        self._peak[backend] = max(self._peak[backend], self._in_flight[backend])

    def _log(self, number: int, outcome: str | None, exchange: Exchange | None) -> None:
        self._waiting.discard(number)
        self._rows.append([number, outcome, exchange and exchange.__dict__])

    def _report(self, cpu_share: float | None) -> None:
        rows, self._rows = self._rows, []
        self._runner.send_message(
            "blogs_report",
            {
                "blogs": "report",
                "worker": self._index,
                "rows": rows,
                "in_flight": self._in_flight,
                "peak_in_flight": self._peak,
                "cpu_share": cpu_share,
            },
        )

    def _show(self, request: dict[str, Any], exchange: Exchange) -> None:
        """Add the request to Locust's own statistics."""
        end_s = exchange.end_s if exchange.end_s is not None else self._now()
        failed = exchange.error or (exchange.status or 0) >= http.client.BAD_REQUEST
        self._runner.environment.events.request.fire(
            request_type=METHODS[request["operation"]],
            name=f"{request['backend']} {request['operation']}",
            response_time=(end_s - request["planned_s"]) * 1000,
            response_length=exchange.bytes,
            exception=RuntimeError(exchange.error or f"status {exchange.status}")
            if failed
            else None,
            context={},
        )


def http_parts(request: dict[str, Any], token: str) -> tuple[str, dict[str, str], bytes | None]:
    """Return the path, the headers and the body of *request*. All engines of the lab agree."""
    operation = request["operation"]
    headers = {"Accept": "*/*", "User-Agent": "blogs-lab"}
    path = {"list": "/blog?limit=20", "post": "/blog"}.get(operation, f"/blog/{request['id']}")
    body = None
    if token and operation not in READS:
        headers["Authorization"] = f"Bearer {token}"
    if operation in {"post", "edit"}:
        size = request["body_bytes"]
        members = {
            "id": request["id"],
            "title": f"Load test, request {request['number']}",
            "author": "blogs lab",
            "contents": (SENTENCE * (size // len(SENTENCE) + 1))[:size],
        }
        body = json.dumps(members).encode()
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return path, headers, body


def error_class(error: Exception, *, is_open: bool) -> str:
    """Return why there is no complete response. *is_open*: the connection was established."""
    by_type = (
        (TimeoutError, "timeout"),
        (socket.gaierror, "dns"),
        (ssl.SSLError, "tls"),
        ((OSError, http.client.IncompleteRead), "closed" if is_open else "connect"),
    )
    if isinstance(error, OSError) and error.errno in ERRNO_CLASSES:
        return ERRNO_CLASSES[error.errno]
    return next((name for type_, name in by_type if isinstance(error, type_)), "protocol")


def raise_descriptor_limit(connections: int) -> None:
    """Allow a descriptor for every request in flight, as far as the hard limit allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + 128
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class CpuMeter:
    """The CPU time of this process, in the busiest few seconds."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, float]] = []
        self._highest = 0.0
        self.sample()
        self._first = self._samples[0]

    def sample(self) -> None:
        now, cpu = time.monotonic(), time.process_time()
        self._samples.append((now, cpu))
        while len(self._samples) > 1 and now - self._samples[1][0] >= CPU_WINDOW_S:
            self._samples.pop(0)
        started, before = self._samples[0]
        if now - started >= CPU_WINDOW_S:
            self._highest = max(self._highest, (cpu - before) / (now - started))

    def share(self) -> float:
        """Return the CPU seconds per second of the busiest window, or of a short run."""
        started, before = self._first
        passed = time.monotonic() - started
        return max(self._highest, (time.process_time() - before) / passed if passed else 0.0)


def check_token() -> None:
    """End if requests of the plan would be rejected."""
    writes = any(request["operation"] not in READS for request in REQUESTS)
    if writes and not setting("BLOGS_WRITE_TOKEN"):
        sys.exit(
            "BLOGS_WRITE_TOKEN is not set, and the plan posts blogs. "
            "Set it to the write token of the stack."
        )


class Log:
    """Writes the reports as lines of JSON: to `rows.jsonl`, or to standard output."""

    def __init__(self) -> None:
        self._stream = sys.stdout
        if ROWS.exists():
            sys.exit(f"{ROWS} exists: this plan has already been run. Write a new one.")
        self._missing = 0
        self.complete = gevent.event.Event()

    def start(self, workers: int) -> None:
        if setting("BLOGS_ROWS") != "-":
            with suppress(OSError):  # a folder that cannot be written, such as a ConfigMap
                self._stream = ROWS.open("x", encoding="utf-8")
        self._missing = workers
        started = dt.datetime.now(dt.UTC)
        versions = {"python": platform.python_version(), "locust": locust.__version__}
        head = {"blogs": "start", "started_at": f"{started:%Y-%m-%dT%H:%M:%SZ}"}
        self._write({**head, "workers": workers, "versions": versions})

    def add(self, report: dict[str, Any]) -> None:
        self._write(report)
        self._missing -= report["cpu_share"] is not None
        if not self._missing:
            self.complete.set()

    def _write(self, line: dict[str, Any]) -> None:
        self._stream.write(f"{json.dumps(line)}\n")
        self._stream.flush()


class Leader:
    """Starts the workers, or sends the plan itself if it has none. Ends Locust after the plan."""

    def __init__(self, runner: Runner) -> None:
        if not isinstance(runner, MasterRunner):
            check_token()
        self._runner = runner
        self._log = Log()
        self._sender: Sender | None = None
        runner.register_message("blogs_report", self._on_report)
        runner.environment.events.test_start.add_listener(self._on_test_start)
        runner.environment.events.test_stopping.add_listener(self._on_test_stopping)
        if "BLOGS_QUIT_AT_END_OF_INPUT" in os.environ:
            gevent.spawn(self._quit_at_end_of_input)

    def _on_report(self, msg: Message, **_: object) -> None:
        self._log.add(msg.data)

    def _on_test_start(self, **_: object) -> None:
        if isinstance(self._runner, MasterRunner):
            workers = [client.id for client in self._runner.clients.ready]
            self._log.start(len(workers))
            for index, worker in enumerate(workers):
                part = {"index": index, "count": len(workers)}
                self._runner.send_message("blogs_start", part, client_id=worker)
        else:
            self._log.start(1)
            number, count = map(int, (setting("BLOGS_PART") or "1/1").split("/"))
            self._sender = Sender(self._runner, number - 1, count, REQUESTS)
            gevent.spawn(self._sender.run, time.monotonic() + START_IN_S)
        gevent.spawn(self._quit_after_plan)

    def _on_test_stopping(self, **_: object) -> None:
        if self._log.complete.is_set():
            return
        if self._sender:
            self._sender.stop()
        else:
            self._runner.send_message("blogs_stop")
        self._log.complete.wait(STOP_S)

    def _quit_after_plan(self) -> None:
        end_s = REQUESTS[-1]["planned_s"] if REQUESTS else 0.0
        self._log.complete.wait(START_IN_S + end_s + float(RUN["timeout_s"]) + GRACE_S)
        self._runner.quit()

    def _quit_at_end_of_input(self) -> None:
        """End with the program that started this process, however that ends."""
        gevent.get_hub().threadpool.apply(os.read, (sys.stdin.fileno(), 1))
        self._runner.quit()


class Follower:
    """A worker: sends its part when the master asks for it."""

    def __init__(self, runner: WorkerRunner) -> None:
        check_token()
        self._runner = runner
        self._sender: Sender | None = None
        runner.register_message("blogs_start", self._on_start)
        runner.register_message("blogs_stop", self._on_stop)

    def _on_start(self, msg: Message, **_: object) -> None:
        start = time.monotonic() + START_IN_S
        self._sender = Sender(self._runner, msg.data["index"], msg.data["count"], REQUESTS)
        gevent.spawn(self._sender.run, start)

    def _on_stop(self, **_: object) -> None:
        if self._sender:
            self._sender.stop()


class Planned(locust.User):
    """Locust needs a user; the requests of the plan are sent beside it."""

    @locust.task
    def wait_for_the_plan(self) -> None:
        gevent.sleep(1)


RUN: dict[str, Any] = json.loads((FOLDER / "run.json").read_text("utf-8"))
REQUESTS = read_plan()


@locust.events.init.add_listener
def on_init(runner: Runner, **_: object) -> None:
    if isinstance(runner, WorkerRunner):
        Follower(runner)
    else:
        Leader(runner)
