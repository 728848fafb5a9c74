"""Run every check and every test.

If the Pulumi CLI has to be built, Go does that in the background, and the tests
of the engine wait for it: they come last. Otherwise all tests run together.
"""

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SCRIPTS: Final = ROOT / "scripts"
ENGINE: Final = "tests/engine"


def parse() -> None:
    """Accept no argument except --help."""
    argparse.ArgumentParser(
        prog="make test",
        description=__doc__,
        epilog="example: make test",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()


def main() -> int:
    with pulumi_build() as build:
        if status := run(str(SCRIPTS / "check.py")):
            return status
        if build.poll() is not None:
            return build.returncode or pytest()
        status = pytest(f"--ignore={ENGINE}")
        return build.wait() or pytest(ENGINE) or status


@contextlib.contextmanager
def pulumi_build() -> Iterator[subprocess.Popen[bytes]]:
    """Find or build the Pulumi CLI in the background; stop that if the tests end earlier."""
    command = [sys.executable, str(SCRIPTS / "pulumi.py"), "--optional"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as build:
        try:
            yield build
        finally:
            build.terminate()  # not SIGINT: what a shell starts with & ignores that


def pytest(*arguments: str) -> int:
    return run("-m", "pytest", *arguments)


def run(*arguments: str) -> int:
    """Run the project's Python, and return its exit status."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    parse()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
