"""Cold starts: where the time of cold and warm requests goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.backends import Backend
from lab.report import numbers
from lab.report.figure import Figure, Table
from lab.report.part_bars import Bar, Chart
from lab.report.samples import Samples
from lab.results import Results
from lab.rows import Row
from lab.statistics import words
from lab.statistics.quantiles import position
from lab.summary import Summary

PARTS: Final = ("initialization", "handler", "network, gateway or balancer, waiting")


def cold_starts(results: Results, summary: Summary, samples: Samples) -> Figure:
    """Return the chart of a typical cold, the slowest cold and a typical warm request."""
    shown = [one for backend in summary.backends for one in _typical(backend, samples)]
    return Figure(
        title="Cold and warm requests",
        sentence=_sentence(summary),
        table=_table(summary, shown),
        draw=_chart(shown).draw if shown else None,
        note=_source(results),
    )


def _typical(backend: Backend, samples: Samples) -> list[Bar]:
    found = [row for _, row in samples.latencies[backend]]
    cold = [row for row in found if row.cold]
    warm = [row for row in found if not row.cold]
    chosen = []
    if cold:
        chosen.append((f"{backend}: median cold request", cold[position(len(cold), 0.5)]))
        chosen.append((f"{backend}: slowest cold request", cold[-1]))
    if warm:
        chosen.append((f"{backend}: median warm request", warm[position(len(warm), 0.5)]))
    return [_request(name, row) for name, row in chosen]


def _request(name: str, row: Row) -> Bar:
    latency = row.latency_ms or 0.0
    init, app = row.init_ms or 0.0, row.app_ms or 0.0
    parts = (init, app, max(latency - init - app, 0.0))
    return Bar(name=name, backend=row.backend, parts=parts, total=latency)


def _sentence(summary: Summary) -> str:
    parts = []
    for backend, figures in summary.backends.items():
        parts.append(f"{backend}: {words.share(figures.cold_share)}")
    return numbers.sentence([f"cold responses of {'; '.join(parts)}"])


def _chart(shown: Sequence[Bar]) -> Chart:
    return Chart(
        title="Parts of the latency of cold and warm requests",
        parts=PARTS,
        bars=shown,
        unit="ms",
        write=numbers.milliseconds,
    )


def _source(results: Results) -> str:
    """Return where the init time comes from, and why there is no launch of tasks."""
    init = "The init time is the one in Server-Timing."
    if results.tasks:
        return init
    if any(run.environment.is_local for run in results.runs):
        return f"{init} The local cloud has no REPORT lines and no launch timeline of tasks."
    return (
        f"{init} These results have no launch timeline of tasks (created, image pulled, started):"
        " the lab reads it after a run, with AWS credentials that have the permissions"
        " ecs:ListTasks, ecs:DescribeTasks and ecs:DescribeServices."
    )


def _table(summary: Summary, shown: Sequence[Bar]) -> Table:
    rows = [
        [one.name, *(numbers.number(value) for value in one.parts), numbers.number(one.total)]
        for one in shown
    ]
    for backend, figures in summary.backends.items():
        for name, found in (("cold", figures.cold), ("warm", figures.warm)):
            quantiles = [f"{key} {numbers.quantile(found, key)}" for key in ("p50", "p95", "p99")]
            row = f"{backend}: all {found.count:,} {name}"
            rows.append([row, "", "", "", ", ".join(quantiles)])
    heads = ["request", *PARTS, "latency"]
    return Table(caption="Cold and warm requests, in milliseconds", heads=heads, rows=rows)
