"""Reads the project's Dockerfile and its `.dockerignore`.

Written by hand because the libraries for it read less than Docker does. dockerfile-parse ends an
instruction at an empty line between its parts. pathspec follows .gitignore: `*` of a .dockerignore
keeps out all that is below the root, and pathspec's `/*` only the files in it.

Docker's rules for a .dockerignore: each pattern begins at the root of the build context, with or
without a slash; `*` and `?` stop at a slash; `**` stands for any number of folders; a pattern that
matches a folder matches all that is below it; `!` makes an exception, also below such a folder; the
last pattern that matches decides.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

from localcloud.engine.provider import ProviderError

_HEREDOC: Final = re.compile(r"""\s<<-?["']?[A-Za-z_]""")


def find_dockerfile(project: Path) -> Path:
    """Return the one Dockerfile of the project."""
    found = sorted(project.glob("*/Dockerfile"))
    if len(found) != 1:
        names = ", ".join(str(path.relative_to(project)) for path in found) or "none"
        raise ProviderError(
            f"dockerImage local needs exactly one Dockerfile in a folder of the project; found: "
            f"{names}"
        )
    return found[0]


def instructions(dockerfile: Path) -> list[str]:
    """Return the instructions, each as one line."""
    lines = _lines(dockerfile)
    if any(_HEREDOC.search(line) for line in lines):
        raise ProviderError(f"{dockerfile.name}: heredocs (<<) are not supported here")
    return lines


def sources_tag(project: Path) -> str:
    """Return the tag of the project's image as it is now, the same as the program's."""
    dockerfile = find_dockerfile(project)
    patterns = [line[1:] for line in _lines(_ignore_file(dockerfile)) if line.startswith("!")]
    digest = hashlib.sha256()
    for pattern in (str(dockerfile.relative_to(project)), *patterns):
        for path in sorted(project.glob(pattern)):
            digest.update(f"{path.relative_to(project)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


class IgnoreRules:
    """What the Dockerfile's `.dockerignore` keeps out of the build."""

    def __init__(self, dockerfile: Path) -> None:
        self._patterns = [
            (tuple(posixpath.normpath(line.lstrip("!").strip().lstrip("/")).split("/")), line)
            for line in _lines(_ignore_file(dockerfile))
        ]

    def ignores(self, relative: PurePosixPath) -> bool:
        """Return True if the file at *relative* is not part of the build context."""
        deciding = [line for pattern, line in self._patterns if _matches(relative.parts, pattern)]
        return bool(deciding) and not deciding[-1].startswith("!")


def _matches(parts: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Match a path or one of the folders above it."""
    if not pattern:
        return True
    first, *rest = pattern
    if first == "**":
        return any(_matches(parts[n:], tuple(rest)) for n in range(len(parts) + 1))
    here = bool(parts) and fnmatchcase(parts[0], first.replace("[^", "[!"))
    return here and _matches(parts[1:], tuple(rest))


def _ignore_file(dockerfile: Path) -> Path:
    return dockerfile.with_name(f"{dockerfile.name}.dockerignore")


def _lines(path: Path) -> list[str]:
    """Return the lines without comments and empty ones, continued lines joined."""
    if not path.exists():
        return []
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    kept = [line for line in lines if not line.lstrip().startswith("#")]
    return "\n".join(kept).replace("\\\n", " ").splitlines()
