"""Build the package of the functions: the locked dependencies and the project's sources.

The package is a folder in `.cache/lambda/`. Its name is a digest of its inputs, so it is built
once. Pulumi hashes its contents (names and bytes, not times), so the same contents are no change.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pulumi

from infra.settings import Architecture, Settings

ROOT: Final = Path(__file__).resolve().parent.parent
_BUILDS: Final = ROOT / ".cache" / "lambda"
_REQUIREMENTS: Final = ROOT / "requirements" / "lambda.txt"
_SOURCES: Final = ("blog", "lambda_src")
_PYTHON: Final = "3.13"
_PLATFORMS: Final[dict[Architecture, str]] = {
    "arm64": "aarch64-manylinux2014",
    "x86_64": "x86_64-manylinux2014",
}
# botocore has the models of every service; only these files are used.
_BOTOCORE_DATA: Final = {
    "_retry.json",
    "dynamodb",
    "endpoints.json",
    "partitions.json",
    "sdk-default-configuration.json",
}
_UNWANTED: Final = ("bin", "*.dist-info", "**/*.pyi", "**/py.typed", "**/__pycache__", ".lock")
_Build = Callable[[Path], None]  # fills an empty folder
_KEEP_S: Final = 24 * 3600.0  # packages that were not used for this long are deleted


def build_package(settings: Settings) -> pulumi.FileArchive:
    """Return the package for *settings*. Build it if it does not exist."""
    return pulumi.FileArchive(str(package_folder(settings)))


def package_folder(settings: Settings) -> Path:
    """Return the folder of the package. Build it if it does not exist."""
    dependencies = dependencies_folder(settings.architecture)
    digest = hashlib.sha256(f"{dependencies.name} {settings.functions.bytecode}".encode())
    for path in _source_files():
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())

    def assemble(folder: Path) -> None:
        shutil.copytree(dependencies, folder, dirs_exist_ok=True, copy_function=_link)
        for path in _source_files():
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
        if settings.functions.bytecode == "required":
            _compile(folder)
        files, size = measure(folder)
        pulumi.log.info(f"the functions' package: {files:,} files, {size / 1e6:,.1f} MB unpacked")

    package = _build_once("package", digest.hexdigest(), assemble)
    _delete_old_packages()
    return package


def dependencies_folder(architecture: Architecture) -> Path:
    """Return the folder of the dependencies. After `make setup`, this needs no network."""
    rule = repr((_PYTHON, architecture, sorted(_BOTOCORE_DATA), _UNWANTED))
    digest = hashlib.sha256(_REQUIREMENTS.read_bytes() + rule.encode()).hexdigest()
    return _build_once("dependencies", digest, lambda folder: _install(architecture, folder))


def measure(folder: Path) -> tuple[int, int]:
    """Return the number of files in a package, and their bytes (Lambda's limit is 250 MB)."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def _source_files() -> Iterator[Path]:
    for folder in _SOURCES:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _install(architecture: Architecture, folder: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("uv")),
        *("pip", "install", "--quiet", "--require-hashes", "--no-compile-bytecode"),
        *("--python", sys.executable, "--python-version", _PYTHON, "--only-binary", ":all:"),
        *("--python-platform", _PLATFORMS[architecture]),
        *("--target", str(folder), "--requirements", str(_REQUIREMENTS)),
    ]
    cached = _run([*command, "--offline"])
    finished = cached if cached.returncode == 0 else _run(command)
    if finished.returncode != 0:
        raise pulumi.RunError(
            f"cannot install the functions' dependencies: {finished.stderr.strip()}"
        )
    _trim(folder)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    cache = {"UV_CACHE_DIR": str(ROOT / ".cache" / "uv"), "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(  # noqa: S603  # uv of the project's own environment
        command, env={**os.environ, **cache}, capture_output=True, text=True, check=False
    )


def _trim(folder: Path) -> None:
    for pattern in _UNWANTED:
        for path in list(folder.glob(pattern)):
            _remove(path)
    for path in (folder / "botocore" / "data").iterdir():
        if path.name not in _BOTOCORE_DATA:
            _remove(path)


def _compile(folder: Path) -> None:
    python = _lambda_python()
    options = ("-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder))
    command = [python, "-m", "compileall", *options, str(folder)]
    if _run(command).returncode != 0:
        raise pulumi.RunError(f"cannot compile the functions' package: {' '.join(command)}")


def _lambda_python() -> str:
    """Return a Python of the version that the functions run on."""
    for name in (sys.executable, f"python{_PYTHON}"):
        found = shutil.which(name)
        report = found and _run([found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        if found and report and report.stdout.strip() == _PYTHON:
            return found
    raise pulumi.RunError(
        f"bytecode is 'required', but Python {_PYTHON} is not on PATH. Install it, or accept"
        " slower cold starts: pulumi config set bytecode none"
        " (for the local cloud: --config bytecode=none)"
    )


def _build_once(kind: str, digest: str, build: _Build) -> Path:
    """Return the folder named after *digest*. Build it in a temporary folder, then move it."""
    target = _BUILDS / f"{kind}-{digest[:20]}"
    if not target.is_dir():
        _BUILDS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_BUILDS, prefix="building-") as temporary:
            work = Path(temporary) / kind
            work.mkdir()
            build(work)
            try:
                work.rename(target)
            except OSError:  # another process built the same folder
                if not target.is_dir():
                    raise
    os.utime(target)
    return target


def _delete_old_packages() -> None:
    for folder in _BUILDS.glob("package-*"):
        with contextlib.suppress(FileNotFoundError):  # another process deletes it too
            if folder.stat().st_mtime < time.time() - _KEEP_S:
                shutil.rmtree(folder, ignore_errors=True)


def _link(source: str, target: str) -> None:
    """Create a hard link if the file system supports it, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    """Install the dependencies for every architecture, for `make setup`."""
    for architecture in _PLATFORMS:
        try:
            dependencies_folder(architecture)
        except pulumi.RunError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
