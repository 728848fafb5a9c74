"""Elastic Container Service: task definitions, services, and how many tasks they may have."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from localcloud.embedded_metrics import EmbeddedMetrics
from localcloud.engine.provider import Outcome, Properties, ProviderError
from localcloud.engine.replacements import generation
from localcloud.images.store import ImageStore
from localcloud.images.task_image import Container
from localcloud.provider.base import Context, ResourceHandler, arn, physical_name, resource_id
from localcloud.provider.elb import DeclaredTargetGroup, LoadBalancing
from localcloud.runtimes.tasks import Service, ServiceSpec

LOCAL_IMAGE: Final = "local"  # the project's own image
# The sidecar for traces; the local cloud receives them in its place.
COLLECTOR_IMAGE: Final = "public.ecr.aws/aws-observability/aws-otel-collector"
_STOP_TIMEOUT_S: Final = 30  # ECS's own default


@dataclass(frozen=True, kw_only=True)
class TaskDefinition:
    """A task definition; *image* is `local`, or `local:TAG`.

    *has_collector* is True if a second container collects traces.
    """

    image: str
    container: Container
    port: int
    stop_timeout_s: float
    cpu_units: int
    memory_mb: int
    has_collector: bool


@dataclass(frozen=True)
class TaskLimits:
    """How many tasks a service may have."""

    minimum: int
    maximum: float

    def clamp(self, count: int) -> int:
        return int(min(max(count, self.minimum), self.maximum))


_UNLIMITED: Final = TaskLimits(0, math.inf)


@dataclass
class Cluster:
    """The declared task definitions and services, and the limits of the latter, by ARN."""

    context: Context
    load_balancing: LoadBalancing
    task_definitions: dict[str, TaskDefinition] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    limits: dict[str, TaskLimits] = field(default_factory=dict)

    @cached_property
    def images(self) -> ImageStore:
        context = self.context
        return ImageStore(context.project, context.state.folder, context.image_builder)

    def limit(self, service_arn: str, limits: TaskLimits) -> None:
        """Keep the number of a service's tasks within *limits* from now on."""
        self.limits[service_arn] = limits
        service = self.services.get(service_arn)
        if service is None:
            return
        count = limits.clamp(service.wanted.desired_count)
        if count != service.wanted.desired_count:
            service.begin(replace(service.wanted, desired_count=count))

    async def settle(self) -> None:
        """Wait until every service has the declared number of healthy tasks."""
        for service in list(self.services.values()):
            await service.settle()

    async def spec(self, inputs: Properties, service_arn: str) -> ServiceSpec:
        """Return what a service runs."""
        definition = self.task_definitions.get(inputs["taskDefinition"])
        if definition is None:
            raise ProviderError("taskDefinition must be a task definition of this program")
        image = await self.images.get(definition.image)
        process = image.process(definition.container)
        limits = self.limits.get(service_arn, _UNLIMITED)
        return ServiceSpec(
            name=inputs["name"],
            command=process.command,
            cwd=process.cwd,
            environment=process.environment,
            endpoint=self.context.database.endpoint,
            traces_url=self.context.collector.url if definition.has_collector else "",
            logs=self.context.state.logs / "tasks",
            desired_count=limits.clamp(int(inputs.get("desiredCount", 0))),
            container_port=definition.port,
            cpu_units=definition.cpu_units,
            memory_mb=definition.memory_mb,
            stop_timeout_s=definition.stop_timeout_s,
            health=self.target_group(inputs).health_check,
            grace_s=float(inputs.get("healthCheckGracePeriodSeconds", 0)),
        )

    def target_group(self, inputs: Properties) -> DeclaredTargetGroup:
        """Return the target group in which a service registers its tasks."""
        try:
            (declared,) = inputs.get("loadBalancers", ())
            return self.load_balancing.target_groups[declared["targetGroupArn"]]
        except (KeyError, ValueError) as error:
            raise ProviderError("a service needs exactly one target group here") from error

    async def close(self) -> None:
        """Drain and stop all tasks."""
        await asyncio.gather(*(service.stop() for service in self.services.values()))


class TaskDefinitionHandler(ResourceHandler):
    """`aws:ecs/taskDefinition:TaskDefinition`: each revision has its own ARN."""

    def __init__(self, cluster: Cluster) -> None:
        self._definitions = cluster.task_definitions

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        definition = read_task_definition(inputs)
        seed = repr(sorted(inputs.items())) + generation(urn)
        revision = int(hashlib.sha256(seed.encode()).hexdigest()[:6], 16)
        task_arn = arn("ecs", f"task-definition/{inputs['family']}:{revision}")
        self._definitions[task_arn] = definition
        return Outcome(inputs["family"], {**inputs, "arn": task_arn, "revision": revision})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._definitions.pop(old.outputs["arn"], None)


def read_task_definition(inputs: Properties) -> TaskDefinition:
    """Read a task definition; raise ProviderError if it cannot run here."""
    declared, has_collector = _own_container(inputs)
    for needed in ("command", "workingDirectory", "portMappings"):
        if not declared.get(needed):
            raise ProviderError(f"containerDefinitions: {needed} is required here")
    return TaskDefinition(
        image=declared["image"],
        container=_container(declared),
        port=int(declared["portMappings"][0]["containerPort"]),
        stop_timeout_s=float(declared.get("stopTimeout", _STOP_TIMEOUT_S)),
        cpu_units=int(inputs["cpu"]),
        memory_mb=int(inputs["memory"]),
        has_collector=has_collector,
    )


def _own_container(inputs: Properties) -> tuple[Mapping[str, Any], bool]:
    """Return the container with the project's image, and whether a collector is beside it."""
    try:
        declared: list[dict[str, Any]] = json.loads(inputs["containerDefinitions"])
        images = [str(one["image"]) for one in declared]
    except (ValueError, TypeError, KeyError) as error:
        raise ProviderError("containerDefinitions must be a list of containers in JSON") from error
    repositories = [image.partition("@")[0].partition(":")[0] for image in images]
    for image, repository in zip(images, repositories, strict=True):
        if repository not in {LOCAL_IMAGE, COLLECTOR_IMAGE}:
            raise ProviderError(_unsupported(image, is_extra=LOCAL_IMAGE in repositories))
    if repositories.count(LOCAL_IMAGE) != 1:
        raise ProviderError(
            f"containerDefinitions must have one container with the image {LOCAL_IMAGE} here, "
            f"not {repositories.count(LOCAL_IMAGE)}"
        )
    return declared[repositories.index(LOCAL_IMAGE)], COLLECTOR_IMAGE in repositories


def _unsupported(image: str, *, is_extra: bool) -> str:
    if is_extra:
        reason = f"beside the project's own container, only {COLLECTOR_IMAGE} is."
    else:
        reason = f"tasks run the sources of this project. Set dockerImage to {LOCAL_IMAGE}."
    return f"image {image!r} is not supported here: {reason}"


def _container(declared: Mapping[str, Any]) -> Container:
    variables: Sequence[Mapping[str, Any]] = declared.get("environment", ())
    return Container(
        command=[*declared.get("entryPoint", ()), *declared["command"]],
        working_directory=declared["workingDirectory"],
        environment={entry["name"]: str(entry["value"]) for entry in variables},
        read_only=bool(declared.get("readonlyRootFilesystem", False)),
        volumes=[mount["containerPath"] for mount in declared.get("mountPoints", ())],
    )


class ServiceHandler(ResourceHandler):
    """`aws:ecs/service:Service`: tasks start, roll over and stop in the background."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        outputs = {"name": physical_name(urn, name, inputs)}
        inputs = {**inputs, **outputs}
        cluster = str(inputs.get("cluster", "default")).rpartition("/")[2]
        service_arn = arn("ecs", f"service/{cluster}/{outputs['name']}")
        spec = await self._cluster.spec(inputs, service_arn)
        context = self._cluster.context
        service = self._cluster.services[service_arn] = Service(
            spec,
            context.processes,
            self._cluster.target_group(inputs).targets,
            context.metrics.meter(
                "AWS/ECS", {"ClusterName": cluster, "ServiceName": outputs["name"]}
            ),
            EmbeddedMetrics(context.metrics).measure,
        )
        service.begin(spec)
        return Outcome(service_arn, {**inputs, "arn": service_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        spec = await self._cluster.spec({**news, "name": old.outputs["name"]}, old.id)
        self._cluster.services[old.id].begin(spec, self._cluster.target_group(news).targets)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._cluster.services.pop(old.id).stop()


class ScalableTargetHandler(ResourceHandler):
    """`aws:appautoscaling/target:Target`: the service is scaled to its limits at once.

    Nothing scales it by load here.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        limits = TaskLimits(int(inputs["minCapacity"]), int(inputs["maxCapacity"]))
        self._cluster.limit(_service_arn(inputs), limits)
        identity = resource_id("scaling", urn)
        target_arn = arn("application-autoscaling", f"scalable-target/{identity}")
        return Outcome(identity, {**inputs, "arn": target_arn})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        self._cluster.limits.pop(_service_arn(inputs), None)


def _service_arn(inputs: Properties) -> str:
    """Return the ARN of the service that a scalable target limits."""
    if inputs["serviceNamespace"] != "ecs":
        raise ProviderError("serviceNamespace must be ecs: no other namespace is supported here")
    return arn("ecs", inputs["resourceId"])


def handlers(cluster: Cluster) -> dict[str, ResourceHandler]:
    """Return the handlers of ECS's resource types, and of what scales its services."""
    return {
        "aws:appautoscaling/target:Target": ScalableTargetHandler(cluster),
        "aws:ecs/service:Service": ServiceHandler(cluster),
        "aws:ecs/taskDefinition:TaskDefinition": TaskDefinitionHandler(cluster),
    }
