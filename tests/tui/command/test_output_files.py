"""The files that a command writes at its end."""

from __future__ import annotations

import os

import pytest

from tui.command.output import OutputError
from tui.command.output_files import OutputFiles
from tui.command.parser import UsageError


def test_a_check_leaves_nothing_and_keeps_an_earlier_file(tmp_path):
    file = tmp_path / "a"
    file.write_text("earlier")
    OutputFiles({"--json": str(file), "--html": str(tmp_path / "b"), "--csv": None}).check(1000)

    assert list(tmp_path.iterdir()) == [file]
    assert file.read_text() == "earlier"


def test_a_file_is_replaced_as_a_whole_behind_a_link(tmp_path):
    file, link = tmp_path / "a", tmp_path / "link"
    file.write_text("earlier")
    link.symlink_to(file)
    OutputFiles({"--json": str(link)}).write("--json", "new\n")

    assert link.is_symlink()
    assert file.read_text() == "new\n"
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_an_option_that_is_not_set_writes_nothing(tmp_path):
    files = OutputFiles({"--json": None})
    files.write("--json", "x")

    assert not files.has("--json")


def test_a_pipe_is_written_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    files = OutputFiles({"--json": str(pipe)})
    files.check(1000)
    files.write("--json", "text")

    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_file_behind_a_descriptor_is_written_and_not_replaced(tmp_path):
    file = tmp_path / "a"
    with file.open("w") as opened:
        files = OutputFiles({"--json": f"/dev/fd/{opened.fileno()}"})
        files.check(1000)
        files.write("--json", "text")
        assert os.fstat(opened.fileno()).st_ino == file.stat().st_ino

    assert file.read_text() == "text"


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_has_several_names(capsysbinary, name):
    files = OutputFiles({"--json": name})
    files.check(1000)
    files.write("--json", "text")

    assert files.use_stdout
    assert capsysbinary.readouterr().out == b"text\n"


def test_two_options_cannot_share_standard_output():
    with pytest.raises(UsageError, match="--json and --html name the same file"):
        OutputFiles({"--json": "-", "--html": "/dev/stdout"})


def test_a_full_device_is_found_by_the_check():
    files = OutputFiles({"--json": "/dev/full"})

    with pytest.raises(OutputError, match=r"Cannot write /dev/full \(from --json\): No space"):
        files.check(10)


def test_a_file_that_would_not_fit_is_found_by_the_check(tmp_path):
    with pytest.raises(OutputError, match=r"No space left|File too large"):
        OutputFiles({"--json": str(tmp_path / "a")}).check(2**62)
    assert list(tmp_path.iterdir()) == []
