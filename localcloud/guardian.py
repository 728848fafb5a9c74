"""The guardian process: kills what the local cloud has left running when it ends.

Standard input names process groups, one per line: ``+PGID`` when one starts, ``-PGID`` when it has
ended. At the end of the input, the local cloud is gone for whatever reason, and every group still
listed is killed. Signals to the local cloud do not end the guardian.
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
