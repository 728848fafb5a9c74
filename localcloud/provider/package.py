"""A function's package, as a private copy with bytecode for this machine's Python.

The package carries bytecode for Lambda's Python at most, and a cold start without any takes more
than twice as long. Bytecode is kept by the source's contents, so an edit compiles one file.
"""

from __future__ import annotations

import hashlib
import os
import py_compile
import shutil
from importlib.util import cache_from_source
from pathlib import Path

from localcloud.engine.wire import Archive


def unpack(archive: Archive, packages: Path) -> Path:
    """Give the folder to run *archive* from; made once for the same contents."""
    folder = packages / archive.digest[:20]
    if folder.is_dir():
        return folder
    staging = packages / f"building-{archive.digest[:20]}"
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(archive.path, staging, ignore=shutil.ignore_patterns("__pycache__"))
    bytecode = packages / "bytecode"
    bytecode.mkdir(exist_ok=True)
    for source in staging.rglob("*.py"):
        _place_bytecode(source, str(source.relative_to(staging)), bytecode)
    staging.rename(folder)
    return folder


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
    try:
        os.link(compiled, target)
    except OSError:
        shutil.copyfile(compiled, target)
