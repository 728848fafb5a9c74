"""Build the container image, and print the size of each layer.

The image is built with docker, podman or buildah, and stored in the tool's
local image store under the given tag. If no image registry is reachable,
`--base debian` builds the base image on this machine from Debian packages, with
the certificates that this machine trusts. It does so once, and needs root and
debootstrap.
"""

import argparse
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from localcloud.images.archive import Archive
from localcloud.images.tool import ImageError, Tool, find_tool

ROOT = Path(__file__).resolve().parent.parent
BASES = ROOT / ".cache" / "image"
DEBIAN = "trixie"  # its Python is 3.13
PACKAGES = "ca-certificates,python3,python3-pip"
EXCLUDED = (
    *("dev/*", "usr/share/doc", "usr/share/locale", "usr/share/man"),
    *("var/cache/apt/*", "var/lib/apt/lists/*", "var/log/*"),
)
NO_REGISTRY = "; without an image registry, use: make image BASE=debian"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


def main() -> int:
    options = parse()
    try:
        build(find_tool(), options)
    except ImageError as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make image",
        description=__doc__,
        epilog="example: make image BASE=debian",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--base",
        default="",
        help="base image, or 'debian' (default: the one in the Dockerfile)",
    )
    parser.add_argument(
        "--tag", default="aws-blog-demo", help="tag of the image (default: aws-blog-demo)"
    )
    parser.add_argument("--save", type=Path, metavar="FILE", help="also save the image to a file")
    return parser.parse_args()


def build(tool: Tool, options: argparse.Namespace) -> None:
    """Build the image, and print the sizes of its layers."""
    log(f"building with {tool.name}")
    started = time.perf_counter()
    base = debian_base(tool) if options.base == "debian" else options.base
    dockerfile = ROOT / "container_src" / "Dockerfile"
    try:
        image = tool.build(ROOT, dockerfile, tag=options.tag, base=base, output=sys.stderr)
    except ImageError as error:
        raise ImageError(f"{error}{'' if base else NO_REGISTRY}") from error
    log(f"built {options.tag} in {time.perf_counter() - started:.0f} s")
    with tempfile.TemporaryDirectory() as folder:
        saved = options.save or Path(folder) / "image.tar"
        tool.save(image, saved, sys.stderr)
        print_sizes(Archive(saved))


def print_sizes(archive: Archive) -> None:
    """Print one line per layer, and the total."""
    layers = archive.layers()
    for layer in layers:
        print(f"{layer.size / 1e6:8,.1f} MB  {layer.created_by}")
    print(f"{sum(layer.size for layer in layers) / 1e6:8,.1f} MB  total")


def debian_base(tool: Tool) -> str:
    """Return the tag of a Debian image with Python and pip; build it the first time."""
    context, tag = BASES / DEBIAN, f"aws-blog-demo-base-{DEBIAN}"
    if not context.is_dir():
        log(f"building a base image from Debian {DEBIAN} packages (once)")
        create_context(context)
    if not tool.has_tag(tag):
        tool.build(context, context / "Dockerfile", tag=tag, base="", output=sys.stderr)
    log(f"base image: {tag}; for the local cloud: --containers image --image-base {tag}")
    return tag


def create_context(context: Path) -> None:
    """Download the packages, and create the build context of the base image."""
    if shutil.which("debootstrap") is None:
        raise ImageError(
            "--base debian needs debootstrap; on Debian and Ubuntu: apt install debootstrap"
        )
    BASES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BASES) as folder:
        new, system = Path(folder) / "context", Path(folder) / "system"
        new.mkdir()
        run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", DEBIAN, str(system)])
        trusted = ssl.get_default_verify_paths().cafile
        if trusted:
            shutil.copyfile(trusted, system / CERTIFICATES)
        excluded = [f"--exclude=./{path}" for path in EXCLUDED]
        archive = f"--file={new}/system.tar"
        run(["tar", f"--directory={system}", *excluded, archive, "--create", "."])
        (new / "Dockerfile").write_text("FROM scratch\nADD system.tar /\n")
        new.rename(context)


def run(command: list[str]) -> None:
    code = subprocess.call(command, stdout=sys.stderr)
    if code:
        raise ImageError(f"command failed (exit {code}): {' '.join(command)}")


def log(line: str) -> None:
    """Print a progress line to standard error; standard output has the sizes only."""
    print(f"image: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
