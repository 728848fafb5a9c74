"""From the log of a run to its figures."""

from __future__ import annotations

from lab.backends import Backend
from lab.load.verdict import reasons
from lab.results import Results
from lab.statistics import differences
from lab.statistics.figures import backend_figures, measured
from lab.statistics.notes import notes
from lab.statistics.quantiles import CONFIDENCE, STRICT_CONFIDENCE, distribution
from lab.statistics.ramp import highest_rates, steps
from lab.summary import Summary, Verdict
from lab.thresholds import parse_target


def analyse(results: Results) -> Summary:
    """Return all figures of *results*. Equal results have equal figures.

    Raises:
        InvalidThreshold: the target of the results is not valid.

    """
    confidence = STRICT_CONFIDENCE if results.strict else CONFIDENCE
    target = parse_target(results.target) if results.target else None
    figures = {backend: backend_figures(results.runs, backend) for backend in Backend}
    found, blocks = differences.of_runs(results.runs, figures, confidence)
    ramp = steps(results.runs, target)
    return Summary(
        backends=figures,
        differences=found,
        blocks=blocks,
        verdict=_verdict(results),
        ramp=ramp,
        highest_rate=highest_rates(ramp) if ramp and target else None,
        confidence=confidence,
        notes=notes(results, figures, blocks, ramp),
    )


def _verdict(results: Results) -> Verdict:
    return Verdict(
        reasons=_reasons(results),
        lateness={
            backend: distribution(
                row.lateness_ms for run in results.runs for row in measured(run, backend)
            )
            for backend in Backend
        },
        cpu_share=max((run.generator.cpu_share for run in results.runs), default=0.0),
    )


def _reasons(results: Results) -> list[str]:
    """Return the limits that the generator reached; in which run, if there are several."""
    found = [reasons(run.rows, run.generator, run.settings.burst) for run in results.runs]
    if len(found) == 1:
        return found[0]
    return [f"Run {number}: {each}" for number, own in enumerate(found, start=1) for each in own]
