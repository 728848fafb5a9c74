"""Sentences on what makes a comparison of the two backends unfair or uncertain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lab.backends import Backend
from lab.plan import Order
from lab.rows import Outcome, Row

_FUNCTIONS, _CONTAINERS = Backend.FUNCTIONS, Backend.CONTAINERS
_MUCH: Final = 0.1
"""Two shares of new connections are different if they are this far apart."""
_ENOUGH: Final = 50
_MB_PER_VCPU: Final = 1_769
_SMALL_QUOTA: Final = 100
_UNKNOWN_QUOTA: Final = (
    "Quota: without AWS credentials for the account, its concurrency quota is not known. It is 10 "
    "in some new accounts, which throttles functions."
)


def known_before(
    urls: Mapping[Backend, str], outputs: Mapping[str, Any], order: Order, *, is_local: bool
) -> list[str]:
    """Return what the URLs, the outputs and the order tell. The notes of the stack come first."""
    found = outputs.get("ComparisonNotes")
    notes = [note for note in found if isinstance(note, str)] if isinstance(found, list) else []
    subjects = {note.partition(":")[0] for note in notes}
    own = [*_tls(urls), *([] if is_local else _cpu(outputs)), _order(order, is_local=is_local)]
    return [*notes, *(note for note in own if note.partition(":")[0] not in subjects)]


def of_quota(quota: int | None) -> list[str]:
    """Return what the concurrency quota of the account means, if it is small or not known."""
    if quota is None:
        return [_UNKNOWN_QUOTA]
    if quota > _SMALL_QUOTA:
        return []
    return [f"Quota: at most {quota} functions of the account run at once. AWS throttles more."]


def known_after(rows: Sequence[Row]) -> list[str]:
    """Return what the log of all runs tells."""
    counted = [row for row in rows if not row.is_warm_up]
    return [*_connections(counted), *_one_task(counted), *_throttles(counted)]


def _tls(urls: Mapping[Backend, str]) -> Iterator[str]:
    secure = [backend for backend, url in urls.items() if url.startswith("https:")]
    if len(secure) == 1:
        yield f"TLS: only the {secure[0]} use HTTPS."


def _cpu(outputs: Mapping[str, Any]) -> Iterator[str]:
    memory, task = outputs.get("FunctionMemory"), outputs.get("TaskVCPU")
    if not isinstance(memory, int | float) or not isinstance(task, int | float):
        return
    function = memory / _MB_PER_VCPU
    if abs(function - task) > _MUCH * task:
        yield (
            f"CPU: a function with {memory:g} MB has {function:.2g} vCPU, a task {task:g} "
            "(1,769 MB are one vCPU). Set pairing to cpu."
        )


def _order(order: Order, *, is_local: bool) -> str:
    if order is Order.PARALLEL:
        shared = " On one machine, the backends also compete for its CPU." if is_local else ""
        return (
            "Order: both backends at the same time, so that autoscaling and CloudWatch see the "
            f"full rate.{shared}"
        )
    if order is Order.RAMP:
        return "Order: one backend after the other, so that neither affects the other."
    if is_local:
        return "Order: slots A B B A, because both backends share this machine."
    return (
        "Order: slots A B B A, so that changes of the network affect both. Each backend is idle "
        "for half of the time, so autoscaling and CloudWatch see half the rate."
    )


def _connections(rows: Sequence[Row]) -> Iterator[str]:
    sent = {b: [r for r in rows if r.backend is b and r.sent_s is not None] for b in Backend}
    if any(len(side) < _ENOUGH for side in sent.values()):
        return
    new = {b: sum(row.new_connection for row in side) for b, side in sent.items()}
    shares = {b: new[b] / len(sent[b]) for b in Backend}
    if abs(shares[_FUNCTIONS] - shares[_CONTAINERS]) > _MUCH:
        figures = ", ".join(f"{b} {100 * share:.0f} %" for b, share in shares.items())
        yield (
            f"Connections: the shares of requests on a new connection differ ({figures}). "
            "One backend closes connections that the other keeps."
        )


def _one_task(rows: Sequence[Row]) -> Iterator[str]:
    servers = {row.served_by for row in rows if row.backend is _CONTAINERS and row.served_by}
    if len(servers) == 1:
        yield "Tasks: one task sent all responses of the containers, without a second zone."


def _throttles(rows: Sequence[Row]) -> Iterator[str]:
    for backend in Backend:
        count = sum(r.backend is backend and r.outcome is Outcome.THROTTLED for r in rows)
        if count:
            yield (
                f"Throttles: {count:,} requests to {backend} were throttled. They are counted "
                "apart, and no latency includes them."
            )
