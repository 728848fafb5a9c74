"""Outlives the local cloud by a moment and ends what it left running.

Standard input names process groups, one line each: ``+PGID`` when one starts, ``-PGID`` when it
has ended. The end of the input means that the local cloud is gone, by whatever cause; every
group still on the list is killed. Signals meant for the local cloud do not end the guardian.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
