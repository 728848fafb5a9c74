"""The cluster, and whether its tasks run on Fargate or Fargate Spot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.settings import ContainerSettings

_ON_DEMAND: Final = "FARGATE"
_SPOT: Final = "FARGATE_SPOT"
_ALL: Final = 100  # percent


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Where a service runs its tasks: a launch type, or else capacity providers.

    The service depends on *needs*.
    """

    launch_type: str | None = None
    strategies: Sequence[aws.ecs.ServiceCapacityProviderStrategyArgsDict] = ()
    needs: Sequence[pulumi.Resource] = ()


def declare_cluster(
    name: str, settings: ContainerSettings, opts: pulumi.ResourceOptions
) -> aws.ecs.Cluster:
    """Declare the cluster, which has no machines: Fargate provides them."""
    insights = "enabled" if settings.container_insights else "disabled"
    return aws.ecs.Cluster(
        name, settings=[{"name": "containerInsights", "value": insights}], opts=opts
    )


def declare_capacity(
    name: str, cluster: aws.ecs.Cluster, settings: ContainerSettings, opts: pulumi.ResourceOptions
) -> Capacity:
    """Split the tasks between Fargate and Fargate Spot.

    One task always runs on Fargate, unless all are to run on Spot.
    """
    if not settings.spot_percent:
        return Capacity(launch_type=_ON_DEMAND)
    providers = aws.ecs.ClusterCapacityProviders(
        name, cluster_name=cluster.name, capacity_providers=[_ON_DEMAND, _SPOT], opts=opts
    )
    spot: aws.ecs.ServiceCapacityProviderStrategyArgsDict = {
        "capacity_provider": _SPOT,
        "weight": settings.spot_percent,
    }
    on_demand: aws.ecs.ServiceCapacityProviderStrategyArgsDict = {
        "capacity_provider": _ON_DEMAND,
        "weight": _ALL - settings.spot_percent,
        "base": 1,
    }
    strategies = [spot] if settings.spot_percent == _ALL else [on_demand, spot]
    return Capacity(strategies=strategies, needs=[providers])
