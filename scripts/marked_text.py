"""The part of a document that a script writes, between two markers."""

import sys
from pathlib import Path


def markers(name: str) -> tuple[str, str]:
    """Return the markers of the part called *name*."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def replace_between(document: Path, name: str, text: str) -> None:
    """Replace the text between the markers; stop the program if they are missing."""
    begin, end = markers(name)
    before, _, rest = document.read_text("utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        sys.exit(f"{name}: {document.name} needs the lines {begin} and {end}.")
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", "utf-8")
