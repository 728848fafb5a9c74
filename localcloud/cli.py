"""The command line of the local cloud, and the signals that stop it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from localcloud import shell
from localcloud.arguments import ARGUMENTS, PULUMI, add, with_folders
from localcloud.cloud import LocalCloud, LocalCloudError, Options

_DESCRIPTION: Final = """\
Run on this machine what the Pulumi program declares: the Lambda handlers, the
containers' command, and a DynamoDB-compatible database on disk. This needs no
AWS account and no Docker, and never connects to AWS.

When everything is ready, the stack's outputs are printed on standard output as
one line of JSON. They include the write token, which is created for this state
folder. Progress goes to standard error. Ctrl-C stops everything. Blogs, ports
and token stay in the state folder for the next start.

With --engine pulumi, nothing runs until you deploy it with `pulumi up`. What is
deployed also runs after the next start. `python -m localcloud shell` opens a
shell for Pulumi's commands."""

_EXAMPLES: Final = """\
examples:
  python -m localcloud
  python -m localcloud --reload
  python -m localcloud --config openWrites=true --config memorySize=512
  python -m localcloud --stack workshop --api-port 8000 --balancer-port 8001
  python -m localcloud --engine pulumi
  python -m localcloud shell pulumi up
  python -m localcloud --containers image
  python -m localcloud --dynamodb-endpoint http://127.0.0.1:4566"""


def run() -> int:
    """Parse the command line and run; return 0 after a stop by signal or end of input."""
    if sys.argv[1:2] in (["shell"], ["env"]):
        return shell.run(*sys.argv[1:])
    options = _parse()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, level in (("asyncio", logging.CRITICAL), ("watchfiles", logging.WARNING)):
        logging.getLogger(name).setLevel(level)
    try:
        asyncio.run(_run(options))
    except LocalCloudError as error:
        _report(f"localcloud: {error}")
        return 1
    return 0


async def _run(options: Options) -> None:
    """Run until a signal; a second one kills everything at once."""
    loop = asyncio.get_running_loop()
    cloud = LocalCloud(options, _report)
    running = asyncio.ensure_future(cloud.run())

    def stop(line: str) -> None:
        if cloud.stopping:
            cloud.kill()
            return
        _report(line)
        cloud.stopping = True
        running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        line = f"{number.name}: stopping (send it again to stop immediately)"
        loop.add_signal_handler(number, stop, line)
    if options.until_eof:
        at_end = partial(loop.call_soon_threadsafe, stop, "stopping")
        threading.Thread(target=_wait_for_eof, args=(at_end,), daemon=True).start()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _wait_for_eof(at_end: Callable[[], object]) -> None:
    """Read standard input to its end; if it is closed, that is its end."""
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin and os.read(sys.stdin.fileno(), 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop has stopped already
        at_end()


def _parse() -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m localcloud",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add(parser, ARGUMENTS)
    given = with_folders(vars(parser.parse_args()))
    if given["engine"] == PULUMI and given["reload"]:
        parser.error("--reload has no effect with --engine pulumi: run pulumi up to apply an edit")
    if given["engine"] == PULUMI and given["config"]:
        parser.error("--config has no effect with --engine pulumi: run pulumi config set")
    return Options(**given | {"config": dict(given["config"])})


def _report(line: str) -> None:
    """Show the user one line; a terminal that is gone is not an error."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201  # its messages
