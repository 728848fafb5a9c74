"""Lines that tasks print are read once, when they are complete."""

from localcloud.runtimes.tasks.output import TaskOutput


def test_each_complete_line_is_read_once(tmp_path):
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    first.write_bytes(b"one\ntw")
    second.write_bytes(b"")
    output = TaskOutput()

    assert output.new_lines([first, second]) == b"one\n"
    with first.open("ab") as file:
        file.write(b"o\n")
    second.write_bytes(b"three\n")
    assert output.new_lines([first, second]) == b"two\nthree\n"
    assert output.new_lines([first, second]) == b""


def test_tasks_that_ended_are_forgotten(tmp_path):
    log = tmp_path / "task.log"
    log.write_bytes(b"one\n")
    output = TaskOutput()

    assert output.new_lines([log]) == b"one\n"
    assert output.new_lines([]) == b""
    assert output.new_lines([log]) == b"one\n"


def test_a_deleted_log_has_no_lines(tmp_path):
    assert TaskOutput().new_lines([tmp_path / "deleted.log"]) == b""
