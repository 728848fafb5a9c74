"""Run the checks at the same time, and print the output of those that fail."""

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PYTHON: Final = (
    *("__main__.py", "blog", "container_src", "infra", "lab", "lambda_src", "localcloud"),
    *("scripts", "tests", "tui"),
)
CHECKS: Final = {
    "format": ("ruff", "format", "--check", "--quiet", *PYTHON),
    "lint": ("ruff", "check", "--quiet", *PYTHON),
    "types": ("mypy",),
    "spelling": ("codespell",),
    "imports": ("lint-imports",),
}


def parse() -> None:
    """Accept no argument except --help."""
    argparse.ArgumentParser(
        prog="make check",
        description=__doc__,
        epilog="example: make check",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()


def main() -> int:
    started = time.monotonic()
    with ThreadPoolExecutor(len(CHECKS)) as threads:
        outputs = list(threads.map(run, CHECKS.values()))
    failed = {name: output for name, output in zip(CHECKS, outputs, strict=True) if output}
    for name, output in failed.items():
        print(f"--- {name} ({' '.join(CHECKS[name][:2])})\n{output}")
    state = f"failed: {', '.join(failed)}" if failed else f"passed: {', '.join(CHECKS)}"
    print(f"check: {state} ({time.monotonic() - started:.0f} s)")
    return 1 if failed else 0


def run(command: tuple[str, ...]) -> str:
    """Run one check; return its output if it fails, else ""."""
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [str(tool), *command[1:]],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return done.stdout.strip() or f"exit status {done.returncode}, without any output"


if __name__ == "__main__":
    parse()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
