"""The metrics screen with a local cloud's metrics, and its charts."""

from __future__ import annotations

import json
import threading

import pytest
from rich.cells import cell_len

from lab.cloudwatch import client
from lab.cloudwatch.metrics import PERIODS, MetricsError
from localcloud.metrics import Metrics
from localcloud.runtimes.cloudwatch import CloudWatch
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.running import TIMEOUT_S
from tests.tui.conftest import LARGE, SMALL, World, staged, swept
from tests.tui.fake import FakeBlogs
from tests.tui.payloads import EVERYTHING, harmful
from tui import report_text
from tui.command.cli import main
from tui.settings.values import BackendName
from tui.state.session import Session
from tui.widgets.line_chart import Frame, LineChart
from tui.widgets.plot import Curve, TimeAxis

WIDE = (200, 60)


@pytest.fixture
def measured():
    """Return the metrics of a local cloud."""
    return Metrics()


@pytest.fixture
async def world(measured):
    """Yield backends with metrics in a local CloudWatch: three invocations, one failed."""
    functions = measured.meter("AWS/Lambda", {"FunctionName": "get"})
    for failed in (0, 0, 1):
        functions("Invocations", 1)
        functions("Errors", failed)
        functions("Duration", 20.0)
    api = measured.meter("AWS/ApiGateway", {"ApiId": "api", "Stage": "Prod"})
    api("Count", 1)
    api("Latency", 30.0)
    balancer = measured.meter("AWS/ApplicationELB", {"LoadBalancer": "app/b/1"})
    balancer("RequestCount", 1)
    server = CloudWatch(0, measured)
    await server.start()
    yield World(FakeBlogs(5), outputs={**OUTPUTS, "CloudWatchEndpoint": server.url})
    await server.stop()


async def open_metrics(stage):
    await stage.press("m")
    await stage.is_on("MetricsScreen")
    await stage.sees("invocations", "free of charge from a local cloud")
    await stage.settled()  # the layout can be drawn later


@pytest.mark.parametrize("size", [SMALL, WIDE, *swept(LARGE)], ids=str)
async def test_both_backends_are_shown_side_by_side(world, size):
    async with staged(world, size) as stage:
        await open_metrics(stage)
        lines = stage.text().splitlines()

        (head,) = (line for line in lines[1:] if "FUNCTIONS" in line and "⠒⠒" not in line)
        assert "CONTAINERS" in head
        assert any("invocations" in line and "ALB requests" in line for line in lines)
        assert "66.7 %" in stage.text()
        assert not harmful(stage.text())
        for strip in stage.strips():
            assert strip.cell_length == size[0]


async def test_a_wide_screen_shows_several_charts_and_the_table(world):
    async with staged(world, WIDE) as stage:
        await open_metrics(stage)
        await stage.sees("p95 latency, ms", "requests (log scale)", "TABLE", "DeleteItem avg")


async def test_a_small_screen_shows_one_chart_and_c_shows_the_next(world):
    async with staged(world, SMALL) as stage:
        await open_metrics(stage)
        assert "p95 latency, ms" in stage.text()
        await stage.press("c")
        await stage.sees(" requests (log scale)  ⠒⠒")
        assert "p95 latency, ms" not in stage.text()


async def test_keys_select_the_period(world):
    async with staged(world, SMALL) as stage:
        await open_metrics(stage)
        await stage.press("p")
        await stage.sees("the last 3h")
        await stage.press("5")
        await stage.sees("the last 7d")


async def test_a_late_report_of_another_period_is_dropped(world):
    held = threading.Event()
    requested = []
    async with staged(world, SMALL) as stage:
        report = stage.app.session.report

        def slow(period):
            requested.append(period.name)
            found = report(period)
            if len(requested) == 1:
                held.wait(TIMEOUT_S)
            return found

        stage.app.session.report = slow
        await stage.press("m")
        await stage.until(lambda: requested)
        await stage.press("5", "4")
        await stage.sees("Loading metrics of the last 24h")
        held.set()
        await stage.sees("the last 24h:")
    assert requested == ["1h", "24h"]


async def test_the_screen_can_be_closed_while_metrics_load(world):
    held = threading.Event()
    async with staged(world, SMALL) as stage:
        stage.app.session.report = lambda period: held.wait(TIMEOUT_S)
        await stage.press("m")
        await stage.sees("Loading metrics of the last 1h")
        await stage.press("q")
        await stage.is_on("MainScreen")
        held.set()
        await stage.press("j")
        await stage.settled()
        assert stage.app.is_running


async def test_an_error_is_shown_and_r_loads_again(world):
    async with staged(world, SMALL) as stage:
        report = stage.app.session.report

        def fail(period):
            raise MetricsError(f"No AWS credentials were found: {EVERYTHING}")

        stage.app.session.report = fail
        await stage.press("m")
        await stage.sees("No AWS credentials were found")
        assert not harmful(stage.text())
        stage.app.session.report = report  # the credentials are available now
        await stage.press("r")
        await stage.sees("invocations")


async def test_without_stack_outputs_there_is_no_report():
    session = Session(World(FakeBlogs(1)), BackendName.FUNCTIONS)

    with pytest.raises(MetricsError, match="outputs do not include"):
        session.report(PERIODS[0])


async def test_automatic_refresh_stops_when_the_screen_closes(world, monkeypatch):
    monkeypatch.setattr(report_text, "REFRESH_S", 0.05)
    async with staged(world, SMALL) as stage:
        report, requested = stage.app.session.report, []

        def counting(period):
            requested.append(period)
            return report(period)

        stage.app.session.report = counting
        await open_metrics(stage)
        await stage.press("a")
        await stage.sees("refreshes every minute")
        await stage.until(lambda: len(requested) >= 3)
        await stage.press("a")
        await stage.until(lambda: "refreshes every minute" not in stage.text())
        await stage.press("a", "q")
        await stage.is_on("MainScreen")
        await stage.settled()
        count = len(requested)
        await stage.pilot.pause(4 * report_text.REFRESH_S)
        assert len(requested) == count


HOUR = TimeAxis(0, 3600, 60)
CURVES = ([], [(0, 0.0)], [(0, 5.0)], [(0, 0.0), (60, 1e4)], [(0, 5.0), (60, 5.0)])


async def test_every_chart_fits_and_marks_what_it_cuts(world):
    frame = Frame(title="p95 latency, ms", axis=HOUR, counts=False)
    async with staged(world, SMALL) as stage:
        chart = LineChart()
        await stage.app.screen.mount(chart)
        for width, height in ((1, 1), (7, 2), (9, 3), (24, 8), (40, 9), (80, 9)):
            chart.styles.width, chart.styles.height = width, height
            await stage.pilot.pause()
            for points in CURVES:
                chart.show(
                    frame,
                    [
                        Curve(word="FUNCTIONS", dash=1, points=points),
                        Curve(word="CONTAINERS", dash=3, points=[]),
                    ],
                )
                lines = [strip.text for strip in chart.render_lines(chart.size.region)]
                assert {cell_len(line) for line in lines} == {chart.size.width}
                assert "…" in lines[0] or "p95 latency, ms (log scale)" in lines[0]
                words = "CONTAINERS (no data)" if points else " no data"
                assert width < 40 or words in lines[0] + lines[1]
                assert width < 24 or lines[-1].split() == ["00:00", "UTC", "01:00"]


async def test_a_chart_has_no_colors_if_the_user_wants_none(world, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(world, WIDE) as stage:
        await open_metrics(stage)
        chart = stage.app.screen.query_one("#latency")
        styles = [
            segment.style for strip in chart.render_lines(chart.size.region) for segment in strip
        ]
        colors = {style.color.get_truecolor() for style in styles if style and style.color}
        assert all(color.red == color.green == color.blue for color in colors)


async def test_a_wide_screen_shows_errors_only_if_there_are_any(world, measured):
    async with staged(world, WIDE) as stage:
        await open_metrics(stage)
        assert "5xx (log scale)" not in stage.text()
        targets = {"LoadBalancer": "app/b/1", "TargetGroup": "targetgroup/t/2"}
        measured.meter("AWS/ApplicationELB", targets)("HTTPCode_Target_5XX_Count", 1)
        await stage.press("r")
        await stage.sees("p95 latency, ms (log scale)", "5xx (log scale)")


def test_times_have_a_date_if_the_period_has_a_day():
    assert report_text.times(0, 3 * 3600) == ("00:00", "03:00")
    assert report_text.times(0, 24 * 3600) == ("01-01 00:00", "01-02 00:00")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (1234.0, "1,234"), (1234.5, "1,234"), (12.34, "12.3"), (0.0123, "0.0123")],
)
def test_numbers_are_rounded_to_three_digits_or_an_integer(value, shown):
    assert report_text.number(value) == shown


async def test_the_command_shows_the_cost_of_its_aws_requests(world, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(client.CloudWatch, "fetch", lambda *_: {})
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(OUTPUTS))

    assert main(["metrics", "--outputs", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    cost = document["cost"]

    assert cost["usd"] == pytest.approx(cost["queries"] * 0.00001)
    assert cost["usd_per_hour_each_minute"] == pytest.approx(60 * cost["usd"])
    assert main(["metrics", "--outputs", str(file)]) == 0
    shown = capsys.readouterr().out
    assert f"{cost['queries']} metrics requested for $" in shown
    assert document["comparison"]["notes"] == OUTPUTS["ComparisonNotes"]
    assert f"backends differ in {OUTPUTS['ComparisonNotes'][0]}" in shown


@pytest.mark.parametrize("contents", ["{", "[]", None])
def test_an_invalid_outputs_file_is_a_usage_error(tmp_path, contents, capsys):
    file = tmp_path / "outputs.json"
    if contents is not None:
        file.write_text(contents)

    assert main(["metrics", "--outputs", str(file)]) == 2
    assert "--outputs" in capsys.readouterr().err
