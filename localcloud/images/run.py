"""Runs `docker run` or `podman run` in this process, and removes the container afterwards.

A killed client leaves its container running, so another process, outside its group, waits for its
end. Started as a script: ``run.py NAME=VALUE... PROGRAM ARGUMENT...``. The assignments are the
environment of docker or podman; all other variables are passed to the container.
"""

import os
import secrets
import subprocess
import sys
import time

_POLL_S = 0.2


def main() -> None:
    words = sys.argv[1:]
    own = {}
    while "=" in words[0]:
        name, _, own[name] = words.pop(0).partition("=")
    program, *arguments = words
    passed = [f"--env={name}" for name in os.environ if name not in own]
    container = f"--name=localcloud-{secrets.token_hex(8)}"
    parent = os.getpid()
    if os.fork() == 0:
        remove_after(parent, [program, "rm", "--force", container.partition("=")[2]], own)
    command = [program, "run", "--rm", container, *passed, *arguments]
    os.execve(program, command, {**os.environ, **own})  # noqa: S606  # no shell is wanted


def remove_after(parent: int, command: list[str], environment: dict[str, str]) -> None:
    """Run *command* when the process *parent* has ended."""
    os.setsid()
    with open(os.devnull, "r+b") as nothing:  # noqa: PTH123  # pathlib would be slower to import
        for number in range(3):
            os.dup2(nothing.fileno(), number)
    while os.getppid() == parent:
        time.sleep(_POLL_S)
    os._exit(subprocess.call(command, env=environment))


if __name__ == "__main__":
    main()
