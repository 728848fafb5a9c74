"""docs/architecture.md names files, classes and functions that exist."""

import ast
import re

import pytest

from tests.running import ROOT

_DOCUMENT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
# A file in backticks, and the class, method or function that follows it.
_NAMED = sorted(set(re.findall(r"`([\w/]+\.py)`(?: `([\w.]+)`)?", _DOCUMENT)))


def defined(path):
    """Return the classes, functions and methods of a module by their dotted names."""
    names = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{one.name}" for one in node.body if hasattr(one, "name")}
    return names


@pytest.mark.parametrize(("file", "name"), _NAMED)
def test_a_named_file_and_function_exists(file, name):
    assert (ROOT / file).is_file()
    assert not name or name in defined(ROOT / file)


def test_every_way_is_described():
    assert len(_NAMED) > 40
