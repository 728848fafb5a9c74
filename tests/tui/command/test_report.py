"""`blogs report`: the results of an earlier comparison, without any backend."""

from __future__ import annotations

import csv

import pytest

from lab import results_file
from lab.analysis import analyse
from lab.results import Results
from tests.lab.build import drawn_run
from tui.command import output
from tui.command.output import PipeClosed


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.delenv("BLOGS_FUNCTIONS_URL")  # no backend is needed
    monkeypatch.delenv("BLOGS_CONTAINERS_URL")
    results = Results(runs=[drawn_run()])
    path = tmp_path / "results.json"
    results_file.write(results, analyse(results), path)
    return path


def test_the_text_and_the_files_come_from_the_log(blogs, file, tmp_path):
    page, rows = tmp_path / "report.html", tmp_path / "rows.csv"
    code, out, err = blogs("report", "--from", str(file), "--html", str(page), "--csv", str(rows))

    assert (code, err) == (0, "")
    assert out.startswith(analyse(results_file.read(file)).differences[0].sentence[:60])
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert "What it costs" in page.read_text()
    with rows.open() as lines:
        assert len(list(csv.DictReader(lines))) == len(results_file.read(file).runs[0].rows)


@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_file_on_standard_output_leaves_the_text_to_standard_error(blogs, file, option):
    text = blogs("report", "--from", str(file))[1]
    code, out, err = blogs("report", "--from", str(file), option, "-")

    assert (code, err) == (0, text)
    assert out.startswith(("number,", "run,", "<!DOCTYPE html>"))
    assert text.splitlines()[0] not in out.splitlines()


def test_a_reader_that_needs_only_the_first_rows_leaves_the_text_whole(blogs, file, monkeypatch):
    def closed(_):
        raise PipeClosed

    text = blogs("report", "--from", str(file))[1]
    monkeypatch.setattr(output, "print_text", closed)

    assert blogs("report", "--from", str(file), "--csv", "-") == (0, "", text)


def test_a_damaged_or_missing_file_is_one_line(blogs, file):
    file.write_text(file.read_text()[:-10])

    code, out, err = blogs("report", "--from", str(file))
    assert (code, out) == (2, "")
    assert "the file may be incomplete" in err
    code, out, err = blogs("report", "--from", f"{file}.none")
    assert (code, out) == (2, "")
    assert err == f"blogs: Cannot read {file}.none (from --from): No such file or directory.\n"


def test_the_results_are_not_overwritten_by_the_report(blogs, file):
    before = file.read_bytes()
    code, _, err = blogs("report", "--from", str(file), "--html", str(file))

    assert code == 2
    assert "--from and --html name the same file" in err
    assert file.read_bytes() == before
