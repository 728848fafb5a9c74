"""The latency of each operation, and the times that the server itself reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lab.backends import Backend
from lab.plan import Operation
from lab.report import dumbbells, numbers
from lab.report.figure import Figure, Table
from lab.summary import BackendFigures, Distribution, Summary

_SHOWN: Final = ("p50", "p95", "p99")
_SERVER: Final = {"app": "handler", "db": "database"}
"""The times of `Server-Timing` that every response has, and their names."""

Sides = Mapping[Backend, BackendFigures]


def operations(summary: Summary) -> Figure:
    """Return the chart of the p95 of each operation."""
    found = {one: _by_backend(one, summary.backends) for one in Operation}
    found = {one: sides for one, sides in found.items() if any(s.count for s in sides.values())}
    rows = {one.value: dumbbells.values("p95", sides) for one, sides in found.items()}
    label = "p95 of the latency in ms, logarithmic"
    return Figure(
        title="Latency of each operation (p95)",
        sentence=_sentence(rows),
        table=_table({one.value: sides for one, sides in found.items()}, "operation"),
        draw=(lambda width: dumbbells.draw(width, "p95 of the latency by operation", label, rows))
        if dumbbells.has_values(rows)
        else None,
    )


def _by_backend(operation: Operation, backends: Sides) -> dict[Backend, Distribution]:
    return {
        backend: figures.operations[operation]
        for backend, figures in backends.items()
        if operation in figures.operations
    }


def _sentence(rows: dumbbells.Rows) -> str:
    parts = []
    for backend in Backend:
        found = {name: row[backend] for name, row in rows.items() if backend in row}
        if found:
            slowest = max(found, key=lambda name: found[name])
            parts.append(
                f"with {backend}, {slowest} has the highest p95:"
                f" {numbers.milliseconds(found[slowest])}"
            )
    return numbers.sentence(parts or ["there are too few responses for a p95 of an operation"])


def server_times(summary: Summary) -> Figure:
    """Return the chart of the median times of both servers, beside the latency."""
    sides = {
        "latency": {backend: one.latency for backend, one in summary.backends.items()},
        **{
            label: {
                backend: one.server_ms[name]
                for backend, one in summary.backends.items()
                if name in one.server_ms
            }
            for name, label in _SERVER.items()
        },
    }
    rows = {name: dumbbells.values("p50", one) for name, one in sides.items()}
    title = "Median of the latency and of the times in the server"
    return Figure(
        title="Time in the server (p50)",
        sentence=_server_sentence(rows),
        table=_table(sides, "time"),
        draw=(lambda width: dumbbells.draw(width, title, "p50 in ms, logarithmic", rows))
        if dumbbells.has_values(rows)
        else None,
        note=(
            "The times of the handler and the database are those of Server-Timing. The rest of the"
            " latency is network, gateway or load balancer, start of the function, and waiting."
        ),
    )


def _server_sentence(rows: dumbbells.Rows) -> str:
    parts = [
        f"the median time in the handler of {backend} is {numbers.milliseconds(time)}, of a median"
        f" latency of {numbers.milliseconds(rows['latency'][backend])}"
        for backend, time in rows["handler"].items()
        if backend in rows["latency"]
    ]
    return numbers.sentence(parts or ["the responses have no Server-Timing"])


def _table(rows: Mapping[str, Mapping[Backend, Distribution]], head: str) -> Table:
    backends = [one for one in Backend if any(one in sides for sides in rows.values())]
    columns = [(backend, name) for backend in backends for name in _SHOWN]
    return Table(
        caption=f"Times in milliseconds by {head}",
        heads=[head, *(f"{backend} {name}" for backend, name in columns)],
        rows=[
            [
                name,
                *(
                    numbers.quantile(sides[backend], quantile) if backend in sides else numbers.NONE
                    for backend, quantile in columns
                ),
            ]
            for name, sides in rows.items()
        ],
    )
