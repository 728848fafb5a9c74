"""Find or build the Pulumi CLI, and print its path as the last line.

A `pulumi` on PATH is used if it is new enough. Otherwise Go builds the version
that tools/pulumi/go.mod names, once, into .cache/pulumi. Go keeps modules and
compiled packages in its own caches, so the next clone on the same machine
builds in seconds. If the CLI has no Python language host, the project's own is
put beside it. The path is also written to .cache/pulumi/provided, for
`python -m localcloud shell` and the tests.
"""

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MODULE: Final = ROOT / "tools" / "pulumi"
BUILT: Final = ROOT / ".cache" / "pulumi"
FOUND: Final = BUILT / "found"  # a link to the one on PATH, if that has no host
PROVIDED: Final = BUILT / "provided"  # read by localcloud/shell.py
HOST: Final = "pulumi-language-python"
HOST_SOURCE: Final = ROOT / "localcloud" / "engine" / "language.py"
OLDEST: Final = (3, 272, 0)  # the SDK's version; older engines are untested
MAIN: Final = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
VERSION: Final = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
# Modules that neither the local cloud nor the tests use. Without optimization, they compile in half
# of the time.
UNUSED: Final = (
    "cloud.google.com",
    "github.com/Azure",
    "github.com/aws",
    "github.com/envoyproxy",
    "github.com/pb33f",
)
QUICK: Final = (
    "-gcflags=all=-dwarf=false",
    *(f"-gcflags={modules}/...=-dwarf=false -N -l" for modules in UNUSED),
)
REPORT_S: Final = 20.0  # between two lines of progress
WITHOUT_GO: Final = (
    "no pulumi {} or newer on PATH, and no Go to build one. "
    "Install Pulumi (https://www.pulumi.com/docs/install/) or Go (https://go.dev/dl/)."
)


class Unavailable(Exception):
    """The CLI can be neither found nor built; the text says why."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make pulumi",
        description=__doc__,
        epilog='example: pulumi="$(make pulumi | tail -n 1)"',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--optional",
        action="store_true",
        help="succeed even if the CLI is not available, unless the variable CI is true",
    )
    given = parser.parse_args()
    PROVIDED.unlink(missing_ok=True)
    try:
        tool = on_path() or built()
    except Unavailable as error:
        say(f"pulumi: {error}")
        return 0 if given.optional and os.environ.get("CI") != "true" else 1
    BUILT.mkdir(parents=True, exist_ok=True)
    PROVIDED.write_text(str(tool), "utf-8")
    print(tool)
    return 0


def on_path() -> Path | None:
    """Return the installed CLI if it is new enough; a link to it if it has no language host."""
    found = shutil.which("pulumi")
    if not found or version(found) < OLDEST:
        return None
    beside = Path(found).resolve().with_name(HOST)
    if beside.exists() or shutil.which(HOST):
        return Path(found)
    bring_host(FOUND)
    linked = FOUND / "pulumi"
    linked.unlink(missing_ok=True)
    linked.symlink_to(Path(found).resolve())
    return linked


def version(tool: str) -> tuple[int, ...]:
    """Return the version that a CLI prints, () if it prints none."""
    asked = subprocess.run([tool, "version"], capture_output=True, text=True, check=False)
    numbers = re.match(r"v(\d+)\.(\d+)\.(\d+)", asked.stdout)
    return tuple(map(int, numbers.groups())) if asked.returncode == 0 and numbers else ()


def built() -> Path:
    """Return the CLI that Go builds; build it unless it is there."""
    tool, wanted = BUILT / "pulumi", BUILT / "go.sum"
    sums = (MODULE / "go.sum").read_bytes()
    if tool.exists() and wanted.exists() and wanted.read_bytes() == sums:
        bring_host(BUILT)
        return tool
    if not shutil.which("go"):
        raise Unavailable(WITHOUT_GO.format(".".join(map(str, OLDEST))))
    wanted.unlink(missing_ok=True)
    BUILT.mkdir(parents=True, exist_ok=True)
    build(tool)
    bring_host(BUILT)
    wanted.write_bytes(sums)
    return tool


def bring_host(folder: Path) -> None:
    """Put the language host, on this Python, beside the CLI: the engine looks there."""
    folder.mkdir(parents=True, exist_ok=True)
    script = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(HOST_SOURCE))} "$@"\n'
    (folder / HOST).write_text(script, "utf-8")
    (folder / HOST).chmod(0o755)


def build(tool: Path) -> None:
    """Build the CLI, and report progress."""
    release = re.findall(r"pkg/v3 (v\S+)", (MODULE / "go.mod").read_text("utf-8"))[0]
    say(f"pulumi: building {release} with Go: about two minutes, once, on two idle cores")
    linked = f"-s -w -X {VERSION}={release}"
    command = ["go", "build", "-v", "-trimpath", "-tags", "osusergo,grpcnotrace", *QUICK]
    with subprocess.Popen(
        [*command, "-ldflags", linked, "-o", str(tool), MAIN],
        cwd=MODULE,
        env={**os.environ, "CGO_ENABLED": "0"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            last = report(process)
        finally:
            process.terminate()  # if this was interrupted
    if process.returncode != 0:
        raise Unavailable("the build failed: " + " ".join(last[-5:]))


def report(process: subprocess.Popen[str]) -> list[str]:
    """Log the number of packages that are done every few seconds; return the build's output."""
    lines: list[str] = []
    started = told = time.monotonic()
    for line in process.stderr or ():
        lines.append(line.strip())
        now = time.monotonic()
        if now - told > REPORT_S:
            told = now
            say(f"pulumi: {len(lines)} modules and packages done after {now - started:.0f} s")
    return lines


def say(line: str) -> None:
    """Write to standard error: standard output is for the path."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # run_tests.py sends it
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        say("pulumi: interrupted; the next run continues from Go's build cache")
        sys.exit(130)
