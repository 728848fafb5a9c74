"""A function's package runs from a private copy with bytecode for this interpreter."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from localcloud.engine.property_values import Archive, folder_digest
from localcloud.provider.lambda_package import unpack


def archive(folder):
    return Archive(folder, folder_digest(folder))


def imported_from(folder):
    """Import the module in a fresh interpreter, and give the value that it computed."""
    command = [sys.executable, "-S", "-c", "import module; print(module.VALUE)"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def compiled(bytecode):
    return {path.name: path.stat().st_ino for path in bytecode.iterdir()}


def test_the_copy_has_bytecode_that_python_uses(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "module.py").write_text("VALUE = 1\n")

    copy = unpack(archive(source), tmp_path / "packages", tmp_path / "bytecode")
    assert imported_from(copy) == "1"

    # Bytecode that is never checked against its source answers even when the source has changed.
    (copy / "module.py").write_text("VALUE = 2\n")
    assert imported_from(copy) == "1"


def test_an_edit_gives_another_copy_and_leaves_the_first_as_it_was(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "module.py").write_text("VALUE = 1\n")
    first = unpack(archive(source), tmp_path / "packages", tmp_path / "bytecode")

    (source / "module.py").write_text("VALUE = 2\n")
    second = unpack(archive(source), tmp_path / "packages", tmp_path / "bytecode")

    assert (imported_from(first), imported_from(second)) == ("1", "2")
    assert unpack(archive(source), tmp_path / "packages", tmp_path / "bytecode") == second


def test_a_syntax_error_is_left_for_the_handler_to_report(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "module.py").write_text("def :\n")

    copy = unpack(archive(source), tmp_path / "packages", tmp_path / "bytecode")

    assert (copy / "module.py").read_text() == "def :\n"


def test_another_state_folder_shares_the_bytecode(tmp_path):
    source, bytecode = tmp_path / "source", tmp_path / "bytecode"
    source.mkdir()
    (source / "module.py").write_text("VALUE = 1\n")
    unpack(archive(source), tmp_path / "one", bytecode)
    before = compiled(bytecode)

    copy = unpack(archive(source), tmp_path / "two", bytecode)

    assert len(before) == 1
    assert compiled(bytecode) == before
    assert [path.stat().st_ino for path in copy.rglob("*.pyc")] == list(before.values())


def test_local_clouds_that_start_together_share_the_bytecode(tmp_path):
    source, bytecode = tmp_path / "source", tmp_path / "bytecode"
    source.mkdir()
    for number in range(20):
        (source / f"module{number}.py").write_text(f"VALUE = {number}\n")
    package, states = archive(source), [tmp_path / f"state{number}" for number in range(4)]

    with ThreadPoolExecutor(4) as threads:
        copies = list(threads.map(unpack, [package] * 4, states, [bytecode] * 4))

    assert [len(list(copy.rglob("*.pyc"))) for copy in copies] == [20] * 4
    assert len(compiled(bytecode)) == 20
    assert {path.suffix for path in bytecode.iterdir()} == {".pyc"}
