"""Build the tasks' image with docker, podman or buildah, and say how large each layer is.

The image lands in the tool's own store under the given tag. Where no image registry is reachable,
`--base debian` makes the base on this machine from Debian's packages (once; root and debootstrap
needed), with the certificates that this machine trusts.
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
LEFT_OUT = (
    *("dev/*", "usr/share/doc", "usr/share/locale", "usr/share/man"),
    *("var/cache/apt/*", "var/lib/apt/lists/*", "var/log/*"),
)
NO_REGISTRY = "; where no image registry answers: make image BASE=debian"
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"


def main() -> int:
    given = parse()
    try:
        build(find_tool(), given)
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
        "--base", default="", help="the image to build on; default: the Dockerfile's, or 'debian'"
    )
    parser.add_argument("--tag", default="aws-blog-demo", help="default: aws-blog-demo")
    parser.add_argument("--save", type=Path, metavar="FILE", help="also write the image to a file")
    return parser.parse_args()


def build(tool: Tool, given: argparse.Namespace) -> None:
    """Build, and tell the sizes."""
    say(f"building with {tool.name}")
    started = time.perf_counter()
    base = debian_base(tool) if given.base == "debian" else given.base
    dockerfile = ROOT / "container_src" / "Dockerfile"
    try:
        image = tool.build(ROOT, dockerfile, tag=given.tag, base=base, output=sys.stderr)
    except ImageError as error:
        raise ImageError(f"{error}{'' if base else NO_REGISTRY}") from error
    say(f"built {given.tag} in {time.perf_counter() - started:.0f} s")
    with tempfile.TemporaryDirectory() as folder:
        saved = given.save or Path(folder) / "image.tar"
        tool.save(image, saved, sys.stderr)
        tell_sizes(Archive(saved))


def tell_sizes(archive: Archive) -> None:
    """Print one line for each layer, and the sum."""
    layers = archive.layers()
    for layer in layers:
        print(f"{layer.size / 1e6:8.1f} MB  {layer.made_by}")
    print(f"{sum(layer.size for layer in layers) / 1e6:8.1f} MB  in all")


def debian_base(tool: Tool) -> str:
    """Give an image of a Debian with Python and pip, made here the first time."""
    context, tag = BASES / DEBIAN, f"aws-blog-demo-base-{DEBIAN}"
    if not context.is_dir():
        say(f"making a base of Debian {DEBIAN}'s packages, once")
        make_context(context)
    if not tool.has(tag):
        tool.build(context, context / "Dockerfile", tag=tag, base="", output=sys.stderr)
    say(f"the base is {tag}; for the local cloud: --containers image --image-base {tag}")
    return tag


def make_context(context: Path) -> None:
    """Fetch the packages, and lay out what the base is built from."""
    if shutil.which("debootstrap") is None:
        raise ImageError("the base needs debootstrap: on Debian and Ubuntu, apt install it")
    BASES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BASES) as folder:
        made, system = Path(folder) / "context", Path(folder) / "system"
        made.mkdir()
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", DEBIAN, str(system)]
        run(command)
        trusted = ssl.get_default_verify_paths().cafile
        if trusted:
            shutil.copyfile(trusted, system / CERTIFICATES)
        left_out = [f"--exclude=./{path}" for path in LEFT_OUT]
        run(
            [
                "tar",
                f"--directory={system}",
                *left_out,
                f"--file={made}/system.tar",
                "--create",
                ".",
            ]
        )
        (made / "Dockerfile").write_text("FROM scratch\nADD system.tar /\n")
        made.rename(context)


def run(command: list[str]) -> None:
    code = subprocess.call(command, stdout=sys.stderr)
    if code:
        raise ImageError(f"this failed (exit {code}): {' '.join(command)}")


def say(line: str) -> None:
    """Tell the person what goes on; standard output is the sizes alone."""
    print(f"image: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
