"""The text that `blogs compare` and `blogs report` print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from lab import mix
from lab.backends import Backend
from lab.plan import Order, PlanSettings
from lab.report import aws_sentences
from lab.results import Results
from lab.statistics import words
from lab.summary import RampStep, Summary
from tui import text
from tui.command.help_text import WIDTH
from tui.state import lab_result

_NO_VALUE: Final = "-"


def lines(results: Results, summary: Summary) -> list[str]:
    """Return the sentences, the tables of both backends, the notes, and how the run was made."""
    shown = [line for _, line in lab_result.lines(summary, WIDTH)]
    return [
        *shown,
        *_ramp(summary, results.target),
        *_aws(results),
        "",
        *textwrap.wrap(_settings(results), WIDTH),
    ]


def failures(messages: Sequence[str]) -> list[str]:
    """Return a line for each failed threshold."""
    return [f"failed: {message}" for message in messages]


def left_behind(ids: Sequence[str]) -> str:
    """Return the sentence on blogs that could not be removed."""
    return (
        f"{text.count(len(ids), 'blog')} of the run could not be removed. The next comparison of "
        "these backends offers to remove them."
    )


def _settings(results: Results) -> str:
    settings = results.runs[0].settings
    runs = f"{len(results.runs)} runs, " if len(results.runs) > 1 else ""
    return f"{runs}{_load(settings)}; {mix.words(settings.mix)}; seed {settings.seed}"


def _aws(results: Results) -> Iterator[str]:
    """Yield what AWS recorded."""
    for sentence in aws_sentences.sentences(results):
        yield ""
        yield from textwrap.wrap(sentence, WIDTH)


def _load(settings: PlanSettings) -> str:
    if settings.order is Order.RAMP:
        return (
            f"{settings.ramp[0]:g} to {settings.ramp[-1]:g} requests/s in steps of "
            f"{settings.slot_s:g} s"
        )
    if settings.order is Order.BURST:
        return f"bursts of {settings.burst} requests every {settings.slot_s:g} s"
    return (
        f"{settings.rate:g} requests/s for {settings.duration_s:g} s, {settings.arrivals} arrivals"
    )


def _ramp(summary: Summary, target: str) -> Iterator[str]:
    if not summary.ramp:
        return
    yield ""
    yield f"{'asked/s':>8}  {'FUNCTIONS':>22}  {'CONTAINERS':>22}"
    for rate in sorted({step.rate for step in summary.ramp}):
        found = {step.backend: step for step in summary.ramp if step.rate == rate}
        cells = [f"{_step(found.get(backend)):>22}" for backend in Backend]
        yield "  ".join([f"{rate:>8g}", *cells])
    yield "achieved/s, p95 in ms, and whether the step met the target"
    for backend in summary.highest_rate or {}:
        highest = words.highest_rate(summary, backend, " requests/s")
        sentence = f"highest rate of {backend} that met {target}: {highest}"
        yield from textwrap.wrap(sentence, WIDTH)


def _step(step: RampStep | None) -> str:
    if step is None:
        return _NO_VALUE
    p95 = step.latency.quantiles["p95"].value
    time = _NO_VALUE if p95 is None else f"{p95:,.1f}"
    met = {True: "met", False: "missed", None: ""}[step.met]
    return (
        f"{step.achieved_per_s:.1f}  {time}  {met:<6}".rstrip()
        if met
        else f"{step.achieved_per_s:.1f}  {time}"
    )
