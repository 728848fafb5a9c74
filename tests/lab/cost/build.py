"""Inputs of the check values: a function with 256 MB and 30 ms, 7 metrics and 16 alarm metrics."""

from decimal import Decimal

from lab.cost import prices
from lab.cost.inputs import ContainerInputs, FreeTier, FunctionInputs, Inputs, SharedInputs
from lab.cost.tasks import Scaling
from lab.cost.traffic import Period, Traffic

US_EAST_1 = prices.load("us-east-1")
DAY = Traffic.of_day(
    [
        Period(hours=Decimal(20), requests_per_s=Decimal(5), new_connections_per_s=Decimal(1)),
        Period(hours=Decimal(4), requests_per_s=Decimal(200), new_connections_per_s=Decimal(10)),
    ]
)


def inputs(
    requests=0,
    *,
    traffic=None,
    cold="0.01",
    task="0.25/0.5",
    tasks=1,
    saturation=None,
    metrics=7,
    free_tier=FreeTier.OFF,
    **functions,
):
    vcpus, memory_gb = map(Decimal, task.split("/"))
    return Inputs(
        traffic=traffic or Traffic.constant(requests),
        free_tier=free_tier,
        functions=FunctionInputs(
            memory_mb=256, cold_share=Decimal(cold), custom_metrics=metrics, **functions
        ),
        containers=ContainerInputs(
            vcpus=vcpus,
            memory_gb=memory_gb,
            custom_metrics=0,
            scaling=Scaling(
                min_tasks=tasks,
                saturation_per_s=None if saturation is None else Decimal(saturation),
                target=Decimal(1),
            ),
        ),
        shared=SharedInputs(alarm_metrics=16),
    )
