"""Functions made of a small package, and their processes."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.processes import Processes
from localcloud.runtimes.functions import Function, FunctionSpec

HANDLERS = """
import os, sys, threading, time

def handle(event, context):
    return globals()[event["do"]](event, context)

def echo(event, context):
    return event

def pid(event, context):
    return os.getpid()

def variables(event, context):
    return dict(os.environ)

def context(event, context):
    return {
        "request": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "stream": context.log_stream_name,
    }

def remaining(event, context):
    first = context.get_remaining_time_in_millis()
    time.sleep(0.05)
    return [first, context.get_remaining_time_in_millis()]

def wait(event, context):
    open(event["started"], "w").close()
    while not os.path.exists(event["until"]):
        time.sleep(0.005)
    return os.getpid()

def hold(event, context):
    data = b"x" * event["size"]
    wait(event, context)
    del data

def sleep(event, context):
    time.sleep(event["s"])
    return os.getpid()

def fail(event, context):
    raise ValueError("not today")

def leave(event, context):
    sys.exit(event["status"])

def die(event, context):
    os.kill(os.getpid(), 9)

def big(event, context):
    return "x" * event["size"]

def say(event, context):
    print(event["text"], end=event.get("end", "\\n"))
    print(event.get("error", ""), end="", file=sys.stderr)

def say_later(event, context):
    threading.Timer(0.05, print, [event["text"]]).start()
"""


def call(do: str, **more: object) -> bytes:
    return json.dumps({"do": do, **more}).encode()


class Bench:
    """Creates functions in one folder, and closes them at the end."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        self.folder = folder
        self.log = folder / "log" / "function.log"
        self.processes = processes
        self._functions: list[Function] = []
        self.write("handlers.py", HANDLERS)

    def write(self, name: str, text: str, package: str = "package") -> Path:
        path = self.folder / package / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path.parent

    def spec(self, **changes: object) -> FunctionSpec:
        plain = {
            "name": "demo-GetBlogs",
            "arn": "arn:aws:lambda:eu-west-1:000000000000:function:demo-GetBlogs",
            "handler": "handlers.handle",
            "package": self.folder / "package",
            "environment": {},
            "memory_mb": 256,
            "timeout_s": 5.0,
            "concurrency": 3,
            "log": self.log,
        }
        return FunctionSpec(**{**plain, **changes})

    def function(
        self,
        *,
        idle_s: float = 300.0,
        printed: Callable[[bytes], None] = lambda _: None,
        **changes: object,
    ) -> Function:
        spec, endpoint = self.spec(**changes), "http://127.0.0.1:9"
        made = Function(spec, self.processes, endpoint, idle_s=idle_s, printed=printed)
        self._functions.append(made)
        return made

    def lines(self, start: str = "") -> list[str]:
        return [line for line in self.log.read_text().splitlines() if line.startswith(start)]

    async def close(self) -> None:
        for function in self._functions:
            await function.close()


@pytest.fixture
async def processes():
    async def lost() -> None:
        pytest.fail("the guardian ended")

    made = Processes(lost)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def bench(tmp_path, processes):
    made = Bench(tmp_path, processes)
    yield made
    await made.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait for an effect of another process."""
    while not condition():
        await asyncio.sleep(0.005)


def kill_unseen(pid: int) -> None:
    """Kill a process and wait for its death, without letting the event loop notice it."""
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # dead, and its parent's thread was faster
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
