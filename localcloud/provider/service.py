"""Task definition, service, and how many tasks it may have: started, rolled over, stopped."""

from __future__ import annotations

import hashlib

from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.provider.balanced import Balanced, Limits, RunningService
from localcloud.provider.container import read_container
from localcloud.provider.kind import Kind, logical_name
from localcloud.provider.names import arn, physical_name, resource_id
from localcloud.runtimes.tasks import Service


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
            await self._balanced.spec(inputs, service_arn),
            self._balanced.context.processes,
            self._balanced.group(inputs).rotation,
            self._balanced.context.metrics.meter(
                "AWS/ECS", {"ClusterName": cluster, "ServiceName": made["name"]}
            ),
        )
        self._balanced.services[service_arn] = RunningService(service)
        return Outcome(service_arn, {**inputs, "arn": service_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        spec = await self._balanced.spec({**news, "name": old.outputs["name"]}, old.id)
        self._balanced.services[old.id].begin(spec)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._balanced.services.pop(old.id).stop()


class ScalableTarget:
    """`aws:appautoscaling/target:Target`: the service is brought within its limits at once.

    Nothing scales it by load here.
    """

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        limits = Limits(int(inputs["minCapacity"]), int(inputs["maxCapacity"]))
        self._balanced.limit(_service_arn(inputs), limits)
        identity = resource_id("scaling", urn)
        target_arn = arn("application-autoscaling", f"scalable-target/{identity}")
        return Outcome(identity, {**inputs, "arn": target_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        return await self.create(urn, logical_name(urn), news)

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._balanced.limit(_service_arn(inputs), None)


def _service_arn(inputs: Properties) -> str:
    """Give the ARN of the service that a scalable target is about."""
    if inputs["serviceNamespace"] != "ecs":
        raise ProviderError("serviceNamespace must be ecs to run here")
    return arn("ecs", inputs["resourceId"])


def kinds(balanced: Balanced) -> dict[str, Kind]:
    """Give the resource types that make up the service."""
    return {
        "aws:appautoscaling/target:Target": ScalableTarget(balanced),
        "aws:ecs/service:Service": Services(balanced),
        "aws:ecs/taskDefinition:TaskDefinition": TaskDefinition(balanced),
    }
