"""A function's package runs from a private copy with bytecode for this interpreter."""

import subprocess
import sys

from localcloud.engine.wire import Archive, folder_digest
from localcloud.provider.package import unpack


def archive(folder):
    return Archive(folder, folder_digest(folder))


def imported_from(folder):
    """Import the module in a fresh interpreter, and give the value that it computed."""
    command = [sys.executable, "-S", "-c", "import module; print(module.VALUE)"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def test_the_copy_has_bytecode_that_python_uses(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "module.py").write_text("VALUE = 1\n")

    copy = unpack(archive(source), tmp_path / "packages")
    assert imported_from(copy) == "1"

    # Bytecode that is never checked against its source answers even when the source has changed.
    (copy / "module.py").write_text("VALUE = 2\n")
    assert imported_from(copy) == "1"


def test_an_edit_gives_another_copy_and_leaves_the_first_as_it_was(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "module.py").write_text("VALUE = 1\n")
    first = unpack(archive(source), tmp_path / "packages")

    (source / "module.py").write_text("VALUE = 2\n")
    second = unpack(archive(source), tmp_path / "packages")

    assert (imported_from(first), imported_from(second)) == ("1", "2")
    assert unpack(archive(source), tmp_path / "packages") == second


def test_a_syntax_error_is_left_for_the_handler_to_report(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "module.py").write_text("def :\n")

    copy = unpack(archive(source), tmp_path / "packages")

    assert (copy / "module.py").read_text() == "def :\n"
