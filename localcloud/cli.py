"""The command line of the local cloud, and the signals that stop it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from localcloud.cloud import LocalCloud, LocalCloudError, Options

_DESCRIPTION: Final = """\
Runs on this machine what the Pulumi program declares: the real Lambda handlers, the real
containers' command, a DynamoDB-compatible database on disk. Needs no AWS account and no Docker,
and cannot reach AWS.

When everything answers, one line of JSON with the stack's outputs goes to standard output (the
write token, made for this folder alone, among them); progress goes to standard error. Ctrl-C
stops everything; blogs, ports and token stay in the state folder for the next start."""

_EXAMPLES: Final = """\
examples:
  python -m localcloud
  python -m localcloud --reload
  python -m localcloud --config openWrites=true --config memorySize=512
  python -m localcloud --stack workshop --api-port 8000 --balancer-port 8001
  python -m localcloud --state /tmp/blogs --dynamodb-endpoint http://127.0.0.1:4566"""

_HIGHEST_PORT: Final = 65535


def run() -> int:
    """Parse the command line and run; the exit status is 0 after a stop that was asked for."""
    options = _parse()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, level in (("asyncio", logging.CRITICAL), ("watchfiles", logging.WARNING)):
        logging.getLogger(name).setLevel(level)
    try:
        asyncio.run(_run(options))
    except LocalCloudError as error:
        _say(f"localcloud: {error}")
        return 1
    return 0


async def _run(options: Options) -> None:
    """Run until a signal asks to stop; a second one ends everything at once."""
    loop = asyncio.get_running_loop()
    cloud = LocalCloud(options, _say)
    running = asyncio.ensure_future(cloud.run())

    def stop(line: str) -> None:
        if cloud.stopping:
            cloud.kill()
            return
        _say(line)
        cloud.stopping = True
        running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        line = f"{number.name}: stopping (once more to stop at once)"
        loop.add_signal_handler(number, stop, line)
    if options.until_eof:
        at_end = partial(loop.call_soon_threadsafe, stop, "stopping")
        threading.Thread(target=_wait_for_eof, args=(at_end,), daemon=True).start()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _wait_for_eof(at_end: Callable[[], object]) -> None:
    """Read standard input to its end; a closed one has ended already."""
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin and os.read(sys.stdin.fileno(), 4096):
            pass
    with contextlib.suppress(RuntimeError):  # stopped meanwhile
        at_end()


def _parse() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m localcloud",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, settings in _ARGUMENTS.items():
        parser.add_argument(name, **settings)
    given = vars(parser.parse_args())
    root = given["project"].resolve()
    state = given["state"] or root / ".cache" / "localcloud" / given["stack"]
    given |= {"project": root, "state": state.absolute(), "config": dict(given["config"])}
    return Options(**given)


def _stack(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is no stack name (letters, digits, '-', '_' and '.', at most 100)"
        )
    return text


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (1 to {_HIGHEST_PORT})")
    return int(text)


def _say(line: str) -> None:
    """Tell the person; a terminal that has gone away is no reason to stop uncleanly."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201  # it talks to a person


_ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "--project": {
        "type": Path,
        "default": Path(),
        "metavar": "FOLDER",
        "help": "where Pulumi.yaml lies; default: this folder",
    },
    "--stack": {"type": _stack, "default": "local", "metavar": "NAME", "help": "default: local"},
    "--state": {
        "type": Path,
        "metavar": "FOLDER",
        "help": "default: .cache/localcloud/STACK in the project",
    },
    "--config": {
        "type": _setting,
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "a Pulumi setting, over those of Pulumi.yaml and Pulumi.STACK.yaml; repeatable",
    },
    "--api-port": {
        "type": _port,
        "metavar": "PORT",
        "help": "of the HTTP API, kept from then on; default: a free one, kept",
    },
    "--balancer-port": {
        "type": _port,
        "metavar": "PORT",
        "help": "of the load balancer; likewise",
    },
    "--dynamodb-endpoint": {
        "metavar": "URL",
        "help": "use this DynamoDB-compatible database instead of starting one",
    },
    "--reload": {
        "action": "store_true",
        "help": "follow edits of the program and of its sources",
    },
    "--until-eof": {
        "action": "store_true",
        "help": "stop when standard input ends too; for scripts",
    },
}
