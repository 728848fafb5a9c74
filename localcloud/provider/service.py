"""Load balancer, target group, listener, task definition and service: tasks behind one front."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Final

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider.container import Container, as_process, read_container
from localcloud.provider.context import Context
from localcloud.provider.image import Image, build_image
from localcloud.provider.kind import Kind, logical_name
from localcloud.provider.names import arn, physical_name, resource_id
from localcloud.runtimes.balancer import Balancer, FixedResponse, Forward, TargetGroup
from localcloud.runtimes.tasks import Service, ServiceSpec
from localcloud.targets import HealthCheck

_PORT: Final = "balancer"
_DEREGISTRATION_DELAY_S: Final = 300  # Elastic Load Balancing's own default
_IDLE_TIMEOUT_S: Final = 60  # likewise


@dataclass
class Group:
    """A target group: the rotation, and how its targets' health is known."""

    rotation: TargetGroup
    health_check: HealthCheck


@dataclass
class Balanced:
    """What stands behind the load balancer, by ARN, as it is declared and changed."""

    context: Context
    balancers: dict[str, Balancer] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    services: dict[str, RunningService] = field(default_factory=dict)
    listeners: dict[str, Balancer] = field(default_factory=dict)
    image: Image | None = None
    building: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def local_image(self) -> Image:
        """Give the project's own image, built the first time."""
        async with self.building:
            if self.image is None:
                images = self.context.state.folder / "images"
                self.image = await asyncio.to_thread(build_image, self.context.project, images)
            return self.image

    async def settle(self) -> None:
        """Wait until every service has the tasks that it wants."""
        for service in self.services.values():
            await service.settle()

    async def refresh(self) -> None:
        """Build the image again; services roll over to it when it has changed."""
        former, self.image = self.image, None
        if former and await self.local_image() != former:
            for service in self.services.values():
                service.begin(await self.spec(service.inputs))

    async def spec(self, inputs: Properties) -> ServiceSpec:
        """Put together what a service runs."""
        container = self.containers[inputs["taskDefinition"]]
        command, folder, environment = as_process(container, await self.local_image())
        group = self.group(inputs)
        return ServiceSpec(
            name=inputs["name"],
            command=tuple(command),
            cwd=folder,
            environment=environment,
            endpoint=self.context.database.endpoint,
            logs=self.context.state.logs / "tasks",
            desired_count=int(inputs.get("desiredCount", 0)),
            container_port=container.port,
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

    def __init__(self, service: Service, inputs: Properties) -> None:
        self.inputs = inputs
        self._service = service
        self._change: asyncio.Task[None] = asyncio.ensure_future(service.start())

    def begin(self, spec: ServiceSpec) -> None:
        """Roll over to *spec*, after the change under way."""
        former = self._change

        async def update() -> None:
            await asyncio.wait([former])
            await self._service.update(spec)

        self._change = asyncio.ensure_future(update())

    async def settle(self) -> None:
        """Wait for the change under way, and pass its failure on."""
        await asyncio.shield(self._change)

    async def stop(self) -> None:
        """Drain and stop all tasks, whatever change is under way."""
        self._change.cancel()
        await asyncio.wait([self._change])
        await self._service.stop()


class LoadBalancer:
    """`aws:lb/loadBalancer:LoadBalancer`: an address; its listener makes it answer."""

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        if self._balanced.balancers:
            raise ProviderError("one load balancer runs here; this is a second one")
        if inputs.get("loadBalancerType", "application") != "application":
            raise ProviderError("loadBalancerType must be application to run here")
        physical = physical_name(urn, name, inputs)
        suffix = f"app/{physical}/{resource_id('lb', urn)[3:]}"
        balancer_arn = arn("elasticloadbalancing", f"loadbalancer/{suffix}")
        port = self._balanced.context.state.port(_PORT)
        self._balanced.balancers[balancer_arn] = Balancer(port)
        made = {
            "name": physical,
            "arn": balancer_arn,
            "arnSuffix": suffix,
            "dnsName": f"127.0.0.1:{port}",
            "zoneId": "LOCAL",
        }
        return Outcome(balancer_arn, {**inputs, **made})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        del self._balanced.balancers[old.id]


class TargetGroups:
    """`aws:lb/targetGroup:TargetGroup`."""

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        physical = physical_name(urn, name, inputs)
        suffix = f"targetgroup/{physical}/{resource_id('tg', urn)[3:]}"
        group_arn = arn("elasticloadbalancing", suffix)
        delay = float(inputs.get("deregistrationDelay", _DEREGISTRATION_DELAY_S))
        known = self._balanced.groups.get(group_arn)
        if known:
            known.rotation.configure(deregistration_delay_s=delay)
            known.health_check = _health_check(inputs)
        else:
            rotation = TargetGroup(physical, deregistration_delay_s=delay)
            self._balanced.groups[group_arn] = Group(rotation, _health_check(inputs))
        made = {"name": physical, "arn": group_arn, "arnSuffix": suffix}
        return Outcome(group_arn, {**inputs, **made})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        return await self.create(urn, logical_name(urn), news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        del self._balanced.groups[old.id]


def _health_check(inputs: Properties) -> HealthCheck:
    declared = inputs.get("healthCheck") or {}
    given = {
        "path": declared.get("path"),
        "interval_s": declared.get("interval"),
        "timeout_s": declared.get("timeout"),
        "healthy_threshold": declared.get("healthyThreshold"),
        "unhealthy_threshold": declared.get("unhealthyThreshold"),
        "matcher": declared.get("matcher"),
    }
    return HealthCheck(**{key: value for key, value in given.items() if value is not None})


class Listener:
    """`aws:lb/listener:Listener`: the load balancer listens and does its default action."""

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        if self._balanced.listeners:
            raise ProviderError("one listener runs here; this is a second one")
        balancer = self._configured(inputs)
        await balancer.start()
        listener_arn = arn("elasticloadbalancing", f"listener/{resource_id('listener', urn)}")
        self._balanced.listeners[listener_arn] = balancer
        return Outcome(listener_arn, {**inputs, "arn": listener_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        self._configured(news)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._balanced.listeners.pop(old.id).stop()

    def _configured(self, inputs: Properties) -> Balancer:
        balancer = self._balanced.balancers.get(inputs["loadBalancerArn"])
        if balancer is None:
            raise ProviderError("loadBalancerArn names no load balancer of this program")
        (action,) = inputs["defaultActions"]
        balancer.configure(self._action(action), idle_timeout_s=_IDLE_TIMEOUT_S)
        return balancer

    def _action(self, action: Properties) -> Forward | FixedResponse:
        if action["type"] == "forward":
            group = self._balanced.groups.get(action.get("targetGroupArn", ""))
            if group is None:
                raise ProviderError("targetGroupArn names no target group of this program")
            return Forward(group.rotation)
        if action["type"] == "fixed-response":
            fixed = action["fixedResponse"]
            return FixedResponse(
                int(fixed["statusCode"]), fixed["contentType"], fixed.get("messageBody", "")
            )
        raise ProviderError(f"a default action of type {action['type']} does not run here")


class TaskDefinition:
    """`aws:ecs/taskDefinition:TaskDefinition`: each revision has an ARN of its own."""

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        container = read_container(inputs)
        revision = int(hashlib.sha256(repr(sorted(inputs.items())).encode()).hexdigest()[:6], 16)
        task_arn = arn("ecs", f"task-definition/{inputs['family']}:{revision}")
        self._balanced.containers[task_arn] = container
        return Outcome(inputs["family"], {**inputs, "arn": task_arn, "revision": revision})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        """Register another revision; the service may still run the former."""
        return await self.create(urn, logical_name(urn), news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._balanced.containers.pop(old.outputs["arn"], None)


class Services:
    """`aws:ecs/service:Service`: tasks start, roll over and stop in the background."""

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        made = {"name": physical_name(urn, name, inputs)}
        inputs = {**inputs, **made}
        cluster = str(inputs.get("cluster", "default")).rpartition("/")[2]
        service_arn = arn("ecs", f"service/{cluster}/{made['name']}")
        service = Service(
            await self._balanced.spec(inputs),
            self._balanced.context.processes,
            self._balanced.group(inputs).rotation,
        )
        self._balanced.services[service_arn] = RunningService(service, inputs)
        return Outcome(service_arn, {**inputs, "arn": service_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        service = self._balanced.services[old.id]
        service.inputs = {**news, "name": old.outputs["name"]}
        service.begin(await self._balanced.spec(service.inputs))
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._balanced.services.pop(old.id).stop()


def kinds(balanced: Balanced) -> dict[str, Kind]:
    """Give the resource types that make up the containers' side."""
    return {
        "aws:ecs/service:Service": Services(balanced),
        "aws:ecs/taskDefinition:TaskDefinition": TaskDefinition(balanced),
        "aws:lb/listener:Listener": Listener(balanced),
        "aws:lb/loadBalancer:LoadBalancer": LoadBalancer(balanced),
        "aws:lb/targetGroup:TargetGroup": TargetGroups(balanced),
    }
