"""What stands behind the load balancer, as it is declared and changed."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field, replace
from typing import Final

from localcloud.contracts import HealthCheck
from localcloud.engine.provider import Properties, ProviderError
from localcloud.provider.container import Container
from localcloud.provider.context import Context
from localcloud.provider.images import Images
from localcloud.runtimes.balancer import Balancer, TargetGroup
from localcloud.runtimes.tasks import Service, ServiceSpec


@dataclass
class Group:
    """A target group: the rotation, and how its targets' health is known."""

    rotation: TargetGroup
    health_check: HealthCheck


@dataclass(frozen=True)
class Limits:
    """How many tasks a service may have."""

    least: int
    most: float

    def clamp(self, count: int) -> int:
        return int(min(max(count, self.least), self.most))


_ANY: Final = Limits(0, math.inf)


@dataclass
class Balanced:
    """What stands behind the load balancer, by ARN, as it is declared and changed."""

    context: Context
    balancers: dict[str, Balancer] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    services: dict[str, RunningService] = field(default_factory=dict)
    listeners: dict[str, Balancer] = field(default_factory=dict)
    limits: dict[str, Limits] = field(default_factory=dict)
    images: Images = field(init=False)

    def __post_init__(self) -> None:
        self.images = Images(self.context)

    def limit(self, service_arn: str, limits: Limits | None) -> None:
        """Keep the number of a service's tasks within limits from now on, or leave it as it is."""
        if limits is None:
            self.limits.pop(service_arn, None)
            return
        self.limits[service_arn] = limits
        if service_arn in self.services:
            self.services[service_arn].keep_within(limits)

    async def settle(self) -> None:
        """Wait until every service has the tasks that it wants."""
        for service in self.services.values():
            await service.settle()

    async def spec(self, inputs: Properties, service_arn: str) -> ServiceSpec:
        """Put together what a service runs."""
        container = self.containers[inputs["taskDefinition"]]
        image = await self.images.named(container.image)
        command, folder, environment = image.process(container)
        group = self.group(inputs)
        return ServiceSpec(
            name=inputs["name"],
            command=tuple(command),
            cwd=folder,
            environment=environment,
            endpoint=self.context.database.endpoint,
            logs=self.context.state.logs / "tasks",
            desired_count=self.limits.get(service_arn, _ANY).clamp(
                int(inputs.get("desiredCount", 0))
            ),
            container_port=container.port,
            cpu_units=container.cpu_units,
            memory_mb=container.memory_mb,
            stop_timeout_s=container.stop_timeout_s,
            health=group.health_check,
            grace_s=float(inputs.get("healthCheckGracePeriodSeconds", 0)),
        )

    def group(self, inputs: Properties) -> Group:
        """Give the target group in which a service registers its tasks."""
        try:
            (declared,) = inputs.get("loadBalancers", ())
            return self.groups[declared["targetGroupArn"]]
        except (KeyError, ValueError) as error:
            raise ProviderError("a service needs one target group to run here") from error

    async def close(self) -> None:
        """Finish what is under way, then stop the tasks."""
        await asyncio.gather(*(balancer.stop() for balancer in self.listeners.values()))
        await asyncio.gather(*(service.stop() for service in self.services.values()))


class RunningService:
    """A service and the change that it is making."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._wanted = service.spec
        self._change: asyncio.Task[None] = asyncio.ensure_future(service.start())

    def begin(self, spec: ServiceSpec) -> None:
        """Roll over to *spec*, after the change under way."""
        former, self._wanted = self._change, spec

        async def update() -> None:
            await asyncio.wait([former])
            await self._service.update(spec)

        self._change = asyncio.ensure_future(update())

    def keep_within(self, limits: Limits) -> None:
        """Start or stop tasks until their number is within *limits*."""
        count = limits.clamp(self._wanted.desired_count)
        if count != self._wanted.desired_count:
            self.begin(replace(self._wanted, desired_count=count))

    async def settle(self) -> None:
        """Wait for the change under way, and pass its failure on."""
        await asyncio.shield(self._change)

    async def stop(self) -> None:
        """Drain and stop all tasks, whatever change is under way."""
        self._change.cancel()
        await asyncio.wait([self._change])
        await self._service.stop()
