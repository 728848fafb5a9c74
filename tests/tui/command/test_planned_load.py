"""`blogs compare` with `--write-plan`, `--clean` and `--engine`, and `report --from FOLDER`."""

from __future__ import annotations

import json

import pytest

from lab.load import locust_folder, locust_run
from lab.plan import Operation
from tests.tui.fake import TOKEN
from tui.client import http_api

PLAN = ("compare", "--load-given-urls", "--rate", "10", "--duration", "24", "--slot", "1")


@pytest.fixture
def folder(blogs, tmp_path, served):
    """Return a folder that `--write-plan` has written. No request was sent."""
    folder = tmp_path / "plan"
    code, out, err = blogs(*PLAN, "--seed", "7", "--write-plan", str(folder))
    assert (code, err, served.blogs.requests) == (0, "", [])
    assert out.startswith("This sends ")
    assert f"blogs compare --clean {folder} removes the blogs" in out
    return folder


def rows_of(plan, worker, workers, **last):
    """Return the lines of a run in which every request took 10 ms."""
    start = {"started_at": "2026-11-29T01:00:00Z", "workers": workers, "versions": {"locust": "2"}}
    exchange = {"first_byte_s": None, "error": None, "bytes": 1, "new_connection": False}
    exchange |= {"server_timing": "", "served_by": "task", "media_type": "", "body": ""}
    statuses = {Operation.POST: 201, Operation.DELETE: 204}
    rows = [
        [
            request.number,
            None,
            exchange
            | {
                "sent_s": request.planned_s,
                "end_s": request.planned_s + 0.01,
                "status": statuses.get(request.operation, 200),
            },
        ]
        for request in plan.requests
    ]
    counts = {"functions": 1, "containers": 1}
    report = {"worker": worker, "rows": rows, "in_flight": counts, "peak_in_flight": counts}
    lines = [{"blogs": "start", **start}, {"blogs": "report", **report, "cpu_share": 0.1, **last}]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def test_the_folder_stands_alone_and_has_no_token(folder):
    names = {file.name for file in folder.iterdir()}
    assert names == {"README.md", "locustfile.py", "plan.jsonl", "run.json"}
    assert not any(TOKEN in file.read_text("utf-8") for file in folder.iterdir())
    allowed = ("from lab", "from tui", "import lab", "import tui")
    lines = (folder / "locustfile.py").read_text("utf-8").splitlines()
    assert not [line for line in lines if line.startswith(allowed)]


def test_a_second_plan_needs_another_folder(blogs, folder):
    code, _, err = blogs(*PLAN, "--write-plan", str(folder))
    assert code == 1
    assert err == f"blogs: {folder} is not empty. Use a new folder for each plan.\n"


def test_the_report_reads_the_rows_in_the_folder(blogs, folder, tmp_path):
    plan, _ = locust_folder.read_plan(folder)
    (folder / "rows.jsonl").write_text(f"Type  Name\n{rows_of(plan, 0, 1)}")
    page = tmp_path / "report.html"
    code, out, err = blogs("report", "--from", str(folder), "--html", str(page))
    assert (code, err) == (0, "")
    assert "no difference shown" in out
    assert "10 requests/s for 24 s" in out
    assert "2026-11-29" in page.read_text("utf-8")


def test_rows_of_several_files_are_one_run(folder):
    plan, _ = locust_folder.read_plan(folder)
    halves = [plan.requests[::2], plan.requests[1::2]]
    for worker, requests in enumerate(halves):
        part = type(plan)(settings=plan.settings, slots=plan.slots, requests=requests)
        (folder / f"rows-{worker}.jsonl").write_text(rows_of(part, worker, 1))
    run = locust_folder.read_results(folder).runs[0]
    assert len(run.rows) == len(plan.requests)
    assert (run.generator.processes, run.generator.stopped, run.generator.failures) == (
        2,
        False,
        (),
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (None, "has no rows yet: run the plan with Locust, as its README.md describes."),
        ('{"blogs": "report"}\n', "rows.jsonl, line 1 is not a report of this plan"),
    ],
)
def test_a_folder_without_valid_rows_is_one_line(blogs, folder, rows, message):
    if rows:
        (folder / "rows.jsonl").write_text(rows)
    code, out, err = blogs("report", "--from", str(folder))
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_another_folder_is_not_a_plan(blogs, tmp_path):
    code, _, err = blogs("report", "--from", str(tmp_path))
    assert code == 2
    assert "Use a folder that `blogs compare --write-plan FOLDER` wrote." in err


def test_clean_removes_the_blogs_of_the_plan_only(blogs, folder, served):
    plan, _ = locust_folder.read_plan(folder)
    blog = next(each.id for each in plan.requests if each.operation is Operation.POST)
    for name in (blog, "lab-other-1"):
        served.blogs.put(id=name, title="Left")
        served.blogs.table[name]["created_at"] = "2999-01-01T00:00:00.000000Z"
    code, out, err = blogs("compare", "--clean", str(folder))
    assert (code, out, err) == (0, "Removed 1 blog.\n", "")
    assert blog not in served.blogs.table
    assert "lab-other-1" in served.blogs.table


def test_clean_refuses_other_backends(blogs, folder, served, monkeypatch):
    monkeypatch.setenv("BLOGS_CONTAINERS_URL", "http://127.0.0.1:9")
    code, _, err = blogs("compare", "--clean", str(folder))
    assert (code, served.blogs.requests) == (2, [])
    assert "are not the backends of this connection" in err


def test_clean_is_refused_in_read_only_mode(blogs, folder, served):
    code, _, err = blogs("compare", "--read-only", "--clean", str(folder))
    assert (code, served.blogs.requests) == (2, [])
    assert "Nothing was removed." in err


@pytest.mark.parametrize("time", ["", "2026-11-29T01:00:00"])
def test_clean_names_a_damaged_file(blogs, folder, served, time):
    file = folder / "run.json"
    run = json.loads(file.read_text())
    run["environment"]["started_at"] = time
    file.write_text(json.dumps(run))
    code, _, err = blogs("compare", "--clean", str(folder))
    assert (code, served.blogs.requests) == (2, [])
    assert err.startswith(f"blogs: {file} is damaged: ")
    assert len(err.splitlines()) == 1


def test_clean_sends_no_token_over_plain_http(blogs, folder, served, monkeypatch):
    monkeypatch.setattr(http_api, "is_loopback", lambda _: False)
    code, _, err = blogs("compare", "--clean", str(folder))
    assert (code, served.blogs.requests) == (2, [])
    assert "uses plain HTTP" in err
    assert blogs("compare", "--clean", str(folder), "--plain-http-token")[0] == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--workers", "2"), "--workers needs --engine locust"),
        (("--write-plan", "x", "--repeat", "2"), "--repeat has no meaning with --write-plan"),
        (("--write-plan", "x", "--json", "x"), "--json has no meaning with --write-plan"),
        (("--engine", "k6"), "invalid choice"),
    ],
)
def test_options_without_meaning_are_refused(blogs, served, words, message):
    code, out, err = blogs(*PLAN, *words)
    assert (code, out, served.blogs.requests) == (2, "", [])
    assert message in err
    assert len(err.splitlines()) == 1


def test_without_locust_the_message_says_how_to_install_it(blogs, served, monkeypatch):
    monkeypatch.setattr(locust_run, "find_spec", lambda _: None)
    code, _, err = blogs(*PLAN, "--engine", "locust")
    assert (code, served.blogs.requests) == (2, [])
    assert err == "blogs: Locust is not installed. Run make setup in the project folder.\n"
