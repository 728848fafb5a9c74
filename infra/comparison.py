"""Where the two backends of a stack differ in more than their code."""

from __future__ import annotations

from collections.abc import Iterator

from infra.collector import COLLECTOR_MB
from infra.settings import Settings
from infra.sizes import daemon_memory, function_vcpus, task_vcpus


def comparison_notes(settings: Settings) -> list[str]:
    """Return a sentence for each difference.

    The local cloud has no TLS, no zones, no limits of CPU and memory, and keeps no function ready.
    """
    if settings.aws.endpoint:
        return list(_warm_minimum(0, settings.containers.min_tasks))
    return [
        *tls_note(settings),
        *_cpu(settings),
        *_zones(settings),
        *_warm_minimum(settings.functions.provisioned_concurrency, settings.containers.min_tasks),
        *_tracing(settings),
    ]


def tls_note(settings: Settings) -> Iterator[str]:
    if not settings.containers.certificate_arn and not settings.aws.endpoint:
        yield "TLS: only the functions use HTTPS. Set certificateArn and domainName."


def _cpu(settings: Settings) -> Iterator[str]:
    function = function_vcpus(settings.functions.memory_size)
    task = task_vcpus(settings.containers.cpu)
    if function != task:
        yield f"CPU: a function has {function:g} vCPU, a task {task:g}. Set pairing to cpu."


def _zones(settings: Settings) -> Iterator[str]:
    if settings.containers.min_tasks == 1:
        yield (
            "Zones: functions run in several, a task in one. Set minTasks and desiredTasks to 2."
        )


def _warm_minimum(environments: int, tasks: int) -> Iterator[str]:
    if environments != tasks:
        yield (
            f"Warm capacity: {environments or 'no'} environments per function, "
            f"{tasks} {'task' if tasks == 1 else 'tasks'} (provisionedConcurrency, minTasks)."
        )


def _tracing(settings: Settings) -> Iterator[str]:
    if settings.tracing:
        daemon = daemon_memory(settings.functions.memory_size)
        yield (
            f"Tracing: takes up to {COLLECTOR_MB} MB of the memory of a task, {daemon} MB of a "
            "function. Set tracing to false."
        )
