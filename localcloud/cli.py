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
from localcloud.arguments import ARGUMENTS, REAL, add, located
from localcloud.cloud import LocalCloud, LocalCloudError, Options

_DESCRIPTION: Final = """\
Runs on this machine what the Pulumi program declares: the real Lambda handlers, the real
containers' command, a DynamoDB-compatible database on disk. Needs no AWS account and no Docker,
and cannot reach AWS.

When everything answers, one line of JSON with the stack's outputs goes to standard output (the
write token, made for this folder alone, among them); progress goes to standard error. Ctrl-C
stops everything; blogs, ports and token stay in the state folder for the next start.

With --engine pulumi nothing is run at first: what `pulumi up` deploys is, and comes up again at the
next start. `python -m localcloud shell` opens the shell to type it in."""

_EXAMPLES: Final = """\
examples:
  python -m localcloud
  python -m localcloud --reload
  python -m localcloud --config openWrites=true --config memorySize=512
  python -m localcloud --stack workshop --api-port 8000 --balancer-port 8001
  python -m localcloud --engine pulumi
  python -m localcloud shell pulumi up
  python -m localcloud --containers image
  python -m localcloud --state /tmp/blogs --dynamodb-endpoint http://127.0.0.1:4566"""


def run() -> int:
    """Parse the command line and run; the exit status is 0 after a stop that was asked for."""
    if sys.argv[1:2] in (["shell"], ["env"]):
        return shell.run(*sys.argv[1:])
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
    add(parser, ARGUMENTS)
    given = located(vars(parser.parse_args()))
    if given["engine"] == REAL and given["reload"]:
        parser.error("--reload: with --engine pulumi an edit is applied by pulumi up")
    if given["engine"] == REAL and given["config"]:
        parser.error("--config: with --engine pulumi a setting is made by pulumi config set")
    return Options(**given | {"config": dict(given["config"])})


def _say(line: str) -> None:
    """Tell the person; a terminal that has gone away is no reason to stop uncleanly."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201  # it talks to a person
