"""A function's package, as a private copy with bytecode for this machine's Python.

The package carries bytecode for Lambda's Python at most, and a cold start without any takes more
than twice as long. Compiled files are cached in the project's .cache by interpreter and source,
for all stacks and state folders: an edit compiles one file.
"""

from __future__ import annotations

import hashlib
import os
import py_compile
import shutil
import tempfile
import time
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Final

from localcloud.engine.property_values import Archive

PACKAGES: Final = "packages"  # in the state folder
BYTECODE: Final = Path(".cache", "bytecode")  # in the project folder
_KEEP_S: Final = 24 * 3600.0


def unpack(archive: Archive, packages: Path, bytecode: Path) -> Path:
    """Return the folder to run *archive* from, made in *packages* unless it is there.

    *bytecode* is the cache of compiled files. Several local clouds may use it at once.
    """
    folder = packages / archive.digest[:20]
    if folder.is_dir():
        os.utime(folder)
        return folder
    staging = packages / f"building-{archive.digest[:20]}"
    shutil.rmtree(staging, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(archive.path, staging, ignore=ignored, copy_function=_share)
    bytecode.mkdir(parents=True, exist_ok=True)
    for source in staging.rglob("*.py"):
        _place_bytecode(source, str(source.relative_to(staging)), bytecode)
    staging.rename(folder)
    return folder


def remove_unused(folder: Path) -> None:
    """Remove what nothing has used for a day from a folder of packages or images."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.stat().st_mtime < time.time() - _KEEP_S:
            shutil.rmtree(entry, ignore_errors=True)


def _place_bytecode(source: Path, name: str, bytecode: Path) -> None:
    known = (MAGIC_NUMBER, name.encode(), source.read_bytes())
    key = hashlib.sha256(b"\0".join(known)).hexdigest()
    compiled = bytecode / Path(cache_from_source(f"{key}.py")).name
    if not compiled.exists() and not _compile(source, name, compiled):
        return  # the handler that imports it reports the error, as in Lambda
    target = Path(cache_from_source(str(source)))
    target.parent.mkdir(exist_ok=True)
    _share(compiled, target)


def _compile(source: Path, name: str, compiled: Path) -> bool:
    """Compile *source* as *name*; return False if its syntax is wrong.

    The file appears in the cache complete: another local cloud may be looking for it.
    """
    with tempfile.TemporaryDirectory(dir=compiled.parent) as staging:
        made = Path(staging, compiled.name)
        try:
            py_compile.compile(
                str(source),
                cfile=str(made),
                dfile=name,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except py_compile.PyCompileError:
            return False
        made.replace(compiled)
    return True


def _share(source: str | Path, target: str | Path) -> None:
    """Hard-link *source* to *target*, or copy it where that fails; neither is ever edited."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
