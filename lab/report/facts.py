"""The foot of the report: how the figures were made, and the generator's judgement on itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lab.cost.report import CostReport
from lab.plan import Order, PlanSettings
from lab.report import numbers
from lab.report.figure import Table, bullets, paragraph
from lab.report.markup import Markup, element, join
from lab.results import Results, Run
from lab.statistics import words
from lab.summary import Summary

_ORDERS: Final = {
    Order.ABBA: (
        "one backend at a time, in slots in the order A B B A: right where both share a machine"
    ),
    Order.PARALLEL: (
        "both backends at the same time: right for separate machines and for autoscaling, which"
        " sees the full rate"
    ),
    Order.RAMP: "one backend after the other, with a rate that rises in steps",
    Order.BURST: "slots in the order A B B A, each with all its requests at once",
}


def load(results: Results, summary: Summary) -> list[str]:
    """Return what was sent, and how many responses there are."""
    if not results.runs:
        return []
    settings = results.runs[0].settings
    rate = f"{numbers.number(settings.rate)} requests per second and backend"
    if settings.ramp:
        rate = f"{numbers.number(settings.ramp[0])} to {numbers.number(settings.ramp[-1])} requests"
        rate += " per second"
    if settings.burst:
        rate = f"bursts of {numbers.count(settings.burst, 'request')}"
    return [
        rate,
        numbers.count(len(results.runs), "run") + f" of {numbers.seconds(settings.duration_s)}",
        *(f"{one.ok:,} responses of {backend}" for backend, one in summary.backends.items()),
    ]


def facts(results: Results, summary: Summary, cost: CostReport | None) -> Markup:
    """Return the verdict and what is needed to repeat the run."""
    runs = results.runs
    return join(
        (
            verdict(summary),
            *(element("code", run.environment.command, class_="command") for run in runs[:1]),
            _table(runs, cost).render() if runs else paragraph("The results hold no run."),
        )
    )


def verdict(summary: Summary) -> Markup:
    """Return the generator's judgement with its lateness."""
    found = summary.verdict
    if found.generator_limited:
        sentence = "The generator was the limit, so these figures are its own:"
        reasons = bullets(found.reasons)
    else:
        sentence = "The generator was not the limit: it sent the requests on time."
        reasons = Markup()
    rows = [
        [
            backend.value,
            *(numbers.quantile(late, name) for name in ("p50", "p99")),
            numbers.optional(late.max),
        ]
        for backend, late in found.lateness.items()
    ]
    heads = ["backend", "p50", "p99", "greatest"]
    caption = "Lateness of the generator in milliseconds: from the planned time to the sending"
    table = Table(caption=caption, heads=heads, rows=rows).render() if rows else None
    cpu = f"Its busiest process used {words.percent(found.cpu_share)} of one core."
    return join((paragraph(sentence), reasons, paragraph(cpu), table))


def _table(runs: Sequence[Run], cost: CostReport | None) -> Table:
    run = runs[0]
    pairs = [
        *_settings(run.settings, len(runs)),
        *_generator(run),
        *_environment(run),
        _prices(cost),
    ]
    rows = [[name, value] for name, value in pairs if value]
    return Table(caption="The run", heads=["setting", "value"], rows=rows, words=True)


def _prices(cost: CostReport | None) -> tuple[str, str]:
    if cost is None:
        return "prices", ""
    dates = " to ".join(cost.prices.dates)
    return "prices", f"list prices of {cost.prices.region}, dated {dates}"


def _settings(settings: PlanSettings, count: int) -> list[tuple[str, str]]:
    total = sum(settings.mix.values()) or 1
    mix = ", ".join(f"{name} {words.percent(part / total)}" for name, part in settings.mix.items())
    ramp = ", ".join(numbers.number(rate) for rate in settings.ramp)
    return [
        ("runs", str(count) if count > 1 else ""),
        ("seed", str(settings.seed)),
        ("rate", "" if ramp else f"{numbers.number(settings.rate)} per second and backend"),
        ("ramp", f"{ramp} per second" if ramp else ""),
        ("burst", f"{numbers.count(settings.burst, 'request')} at once" if settings.burst else ""),
        ("duration", numbers.seconds(settings.duration_s)),
        ("order", f"{settings.order}: {_ORDERS[settings.order]}"),
        ("slot", numbers.seconds(settings.slot_s)),
        ("arrivals", settings.arrivals),
        ("mix", mix),
        ("contents of a blog", numbers.count(settings.body_bytes, "byte")),
        ("warm-up, in no figure", numbers.seconds(settings.warm_up_s)),
        ("run id", settings.run_id),
    ]


def _generator(run: Run) -> list[tuple[str, str]]:
    log = run.generator
    peak = ", ".join(f"{backend} {number:,}" for backend, number in log.peak_in_flight.items())
    capacity = log.capacity_per_s
    return [
        ("engine", f"{log.engine}, {numbers.count(log.processes, 'process', 'processes')}"),
        ("in flight", f"at most {log.max_in_flight:,}; peak: {peak or numbers.NONE}"),
        (
            "capacity, tested before the run",
            f"{numbers.number(capacity)} per second" if capacity else "",
        ),
        ("stopped", "by the user, before the end" if log.stopped else ""),
    ]


def _environment(run: Run) -> list[tuple[str, str]]:
    where = run.environment
    versions = ", ".join(f"{name} {version}" for name, version in where.versions.items())
    place = "AWS" if where.stack or where.region else ""
    if where.is_local:
        place = "local cloud, on one machine with the generator"
    return [
        ("started", where.started_at),
        ("stack", where.stack),
        ("where", place),
        ("region", where.region),
        *((f"URL of {backend}", url) for backend, url in where.urls.items()),
        ("versions", versions),
    ]
