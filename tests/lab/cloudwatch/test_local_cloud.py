"""The metrics of a running local cloud."""

import json
import subprocess
import sys
import time

import httpx
import pytest

from lab.cloudwatch.metrics import PERIODS
from lab.cloudwatch.stack_metrics import StackMetrics
from tests.running import ROOT, wait_until

COUNTS = ("lambda.invocations", "api.requests", "alb.requests", "alb.target_2xx")


def published(cloud):
    return json.loads((cloud.state / "outputs.json").read_bytes())


def report(cloud):
    return StackMetrics(published(cloud)).fetch(PERIODS[3], time.time())


def counts(cloud):
    found = report(cloud)
    return {key: found.reading(key).value or 0 for key in COUNTS}


def test_each_request_is_counted_by_the_parts_that_serve_it(running_cloud):
    before = counts(running_cloud)
    for _ in range(3):
        assert httpx.get(f"{running_cloud.functions}/blog").status_code == 200
    for _ in range(2):
        assert httpx.get(f"{running_cloud.containers}/blog").status_code == 200
    after = counts(running_cloud)

    assert {key: after[key] - before[key] for key in COUNTS} == {
        "lambda.invocations": 3,
        "api.requests": 3,
        "alb.requests": 2,
        "alb.target_2xx": 2,
    }


def test_not_found_responses_are_counted_as_4xx(running_cloud):
    before = report(running_cloud)
    for url in (running_cloud.functions, running_cloud.containers):
        assert httpx.get(f"{url}/blog/none").status_code == 404
    after = report(running_cloud)

    for key in ("api.4xx", "alb.target_4xx"):
        assert after.reading(key).value - (before.reading(key).value or 0) == 1
    assert after.reading("lambda.success_rate").value == 100
    assert after.reading("api.latency_p95").value > 0
    assert after.reading("alb.time_p95").value > 0


def test_table_calls_are_counted_by_operation(running_cloud):
    def calls():
        return report(running_cloud).reading("table.Query.calls").value or 0

    before = calls()
    for url in (running_cloud.functions, running_cloud.containers):
        assert httpx.get(f"{url}/blog").status_code == 200

    wait_until(lambda: calls() == before + 2)
    assert report(running_cloud).reading("table.Query.avg").value > 0


def test_lists_consume_the_index_and_reads_consume_the_table(running_cloud):
    def reads():
        found = report(running_cloud)
        return {key: found.reading(key).value or 0 for key in ("table.reads", "index.reads")}

    before = reads()
    assert httpx.get(f"{running_cloud.functions}/blog").status_code == 200
    wait_until(lambda: reads()["index.reads"] > before["index.reads"])
    listed = reads()
    assert httpx.get(f"{running_cloud.functions}/blog/none").status_code == 404
    wait_until(lambda: reads()["table.reads"] > listed["table.reads"])

    assert reads()["index.reads"] == listed["index.reads"]


@pytest.mark.parametrize("key", ["lambda.cold_starts", "ecs.cold_starts"])
def test_cold_starts_are_counted(running_cloud, key):
    assert httpx.get(f"{running_cloud.functions}/blog").status_code == 200

    wait_until(lambda: report(running_cloud).reading(key).value)


def test_cpu_and_memory_of_tasks_are_measured(running_cloud):
    wait_until(lambda: report(running_cloud).reading("ecs.cpu_avg").value is not None)

    assert 0 < report(running_cloud).reading("ecs.memory_avg").value < 100


def test_metric_without_datapoints_has_no_value(running_cloud):
    found = report(running_cloud)

    assert found.reading("lambda.iterator_age").value is None
    assert found.cost_usd() == 0


def test_command_prints_the_json_that_its_help_describes(running_cloud):
    command = [sys.executable, "-m", "tui", "metrics", "--period", "24h"]
    state = str(running_cloud.state.parent / "xdg")
    environment = running_cloud.environment | {"XDG_STATE_HOME": state}
    ran = subprocess.run(
        [*command, "--json"], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    document = json.loads(ran.stdout)

    assert document.keys() == {
        *("source", "period", "start", "end", "step_seconds", "metrics", "cost", "comparison")
    }
    assert document["cost"].keys() == {"queries", "usd", "usd_per_hour_each_minute"}
    for metric in document["metrics"]:
        assert metric.keys() == {*("key", "side", "metric", "statistic", "unit", "value", "points")}
    text = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    assert b"invocations" in text.stdout
    assert b"\x1b" not in text.stdout
