"""The programs behind `make`, as modules."""

import importlib.util
import sys

from tests.running import ROOT

FOLDER = ROOT / "scripts"


def program(name):
    """Return a program as a module; like a program, it finds its neighbors by their names."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    sys.path.insert(0, str(FOLDER))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER))
    return module
