"""`python -m localcloud`: run the stack on this machine until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
from pathlib import Path
from typing import Final

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


def main() -> int:
    """Parse the command line and run; the exit status is 0 after a stop that was asked for."""
    options = _parse()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
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

    def stop(name: str) -> None:
        if cloud.stopping:
            cloud.kill()
            return
        _say(f"{name}: stopping (once more to stop at once)")
        cloud.stopping = True
        running.cancel()

    def stop_at_eof() -> None:
        if not os.read(sys.stdin.fileno(), 4096):
            loop.remove_reader(sys.stdin.fileno())
            stop("standard input has ended")

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number.name)
    if options.until_eof:
        loop.add_reader(sys.stdin.fileno(), stop_at_eof)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _parse() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m localcloud",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--project", type=Path, default=Path(), metavar="FOLDER", help="where Pulumi.yaml lies")
    add("--stack", type=_stack, default="local", metavar="NAME", help="default: local")
    add("--state", type=Path, metavar="FOLDER", help="default: .cache/localcloud/STACK")
    add(
        "--config",
        type=_setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a Pulumi setting, over those of Pulumi.yaml and Pulumi.STACK.yaml; repeatable",
    )
    add("--api-port", type=_port, metavar="PORT", help="of the HTTP API; default: kept, or free")
    add("--balancer-port", type=_port, metavar="PORT", help="of the load balancer; likewise")
    add(
        "--dynamodb-endpoint",
        metavar="URL",
        help="use this DynamoDB-compatible database instead of starting one",
    )
    add("--reload", action="store_true", help="follow edits of the program and of its sources")
    add("--until-eof", action="store_true", help="stop when standard input ends too; for scripts")
    given = parser.parse_args()
    root = given.project.resolve()
    return Options(
        project=root,
        stack=given.stack,
        state=(given.state or root / ".cache" / "localcloud" / given.stack).absolute(),
        config=dict(given.config),
        api_port=given.api_port,
        balancer_port=given.balancer_port,
        dynamodb_endpoint=given.dynamodb_endpoint,
        reload=given.reload,
        until_eof=given.until_eof,
    )


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


if __name__ == "__main__":
    sys.exit(main())
