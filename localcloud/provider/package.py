"""A function's package, as a private copy with bytecode for this machine's Python.

The package carries bytecode for Lambda's Python at most, and a cold start without any takes more
than twice as long. Bytecode is kept by the source's contents, so an edit compiles one file.
"""

from __future__ import annotations

import hashlib
import os
import py_compile
import shutil
import time
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final

from localcloud.engine.wire import Archive

_BYTECODE: Final = "bytecode"
_KEEP_S: Final = 24 * 3600.0


def unpack(archive: Archive, packages: Path) -> Path:
    """Give the folder to run *archive* from; made once for the same contents."""
    folder = packages / archive.digest[:20]
    if folder.is_dir():
        os.utime(folder)
        return folder
    staging = packages / f"building-{archive.digest[:20]}"
    shutil.rmtree(staging, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(archive.path, staging, ignore=ignored, copy_function=_share)
    bytecode = packages / _BYTECODE
    bytecode.mkdir(exist_ok=True)
    for source in staging.rglob("*.py"):
        _place_bytecode(source, str(source.relative_to(staging)), bytecode)
    staging.rename(folder)
    return folder


def forget_unused(folder: Path) -> None:
    """Remove what nothing has used for a day from a folder of packages or images."""
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name != _BYTECODE and entry.stat().st_mtime < time.time() - _KEEP_S:
            shutil.rmtree(entry, ignore_errors=True)


def _place_bytecode(source: Path, name: str, bytecode: Path) -> None:
    key = hashlib.sha256(name.encode() + b"\0" + source.read_bytes()).hexdigest()
    compiled = bytecode / cache_from_source(f"{key}.py").rpartition(os.sep)[2]
    if not compiled.exists():
        try:
            py_compile.compile(
                str(source),
                cfile=str(compiled),
                dfile=name,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except py_compile.PyCompileError:
            return  # the handler that imports it reports it, as in Lambda
    target = Path(cache_from_source(str(source)))
    target.parent.mkdir(exist_ok=True)
    _share(compiled, target)


def _share(source: str | Path, target: str | Path) -> None:
    """Give a file another name where the file system can, else copy it; neither is edited."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
