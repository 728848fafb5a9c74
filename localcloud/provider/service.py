"""Task definition and service: tasks that are started, rolled over and stopped."""

from __future__ import annotations

import hashlib

from localcloud.engine.provider import Outcome, Properties
from localcloud.provider.balanced import Balanced, RunningService
from localcloud.provider.container import read_container
from localcloud.provider.kind import Kind, logical_name
from localcloud.provider.names import arn, physical_name
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
            await self._balanced.spec(inputs),
            self._balanced.context.processes,
            self._balanced.group(inputs).rotation,
            self._balanced.context.metrics.meter(
                "AWS/ECS", {"ClusterName": cluster, "ServiceName": made["name"]}
            ),
        )
        self._balanced.services[service_arn] = RunningService(service)
        return Outcome(service_arn, {**inputs, "arn": service_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        spec = await self._balanced.spec({**news, "name": old.outputs["name"]})
        self._balanced.services[old.id].begin(spec)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._balanced.services.pop(old.id).stop()


def kinds(balanced: Balanced) -> dict[str, Kind]:
    """Give the resource types that make up the service."""
    return {
        "aws:ecs/service:Service": Services(balanced),
        "aws:ecs/taskDefinition:TaskDefinition": TaskDefinition(balanced),
    }
