"""The containers backend: a Fargate service behind an Application Load Balancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from blog import schema
from infra.backend import BackendSettings, table_key_grants
from infra.balancer import Balancer, BalancerArgs
from infra.capacity import declare_capacity, declare_cluster
from infra.collector import TRACE_ACTIONS, Container, trace_variables, with_collector
from infra.network import Network, allow_all_out
from infra.policies import ANYTHING, allow, trust
from infra.scaling import ScalingArgs, scale_service
from infra.settings import Settings

_PORT: Final = 8080
_CONTAINER: Final = "blog"
_STOP_TIMEOUT_S: Final = 30
_HEALTH_CHECK_GRACE_S: Final = 30
# The circuit breaker acts after three failed tasks: about 20 minutes with one task
# (pulumi/pulumi-awsx#1848). `pulumi up` must still wait then, to report the reason.
_STEADY_TIMEOUT: Final = "30m"
_COMMAND: Final = (
    *("gunicorn", "--config", "python:container_src.gunicorn_conf"),
    "container_src.wsgi:app",
)
_EXECUTION_POLICY: Final = "iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
_TABLE_ACTIONS: Final = tuple(
    f"dynamodb:{action}" for action in ("BatchGetItem", "DeleteItem", "GetItem", "PutItem")
)


@dataclass(frozen=True, kw_only=True)
class ContainersArgs:
    """The inputs of the containers backend."""

    settings: Settings
    backend: BackendSettings
    network: Network
    image: pulumi.Input[str]


class Containers(pulumi.ComponentResource):
    """The load balancer, the cluster, and the service that runs the tasks."""

    url: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    service_name: pulumi.Output[str]
    balancer_host: pulumi.Output[str]
    balancer_dimension: pulumi.Output[str]
    targets_dimension: pulumi.Output[str]

    def __init__(
        self, name: str, args: ContainersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Containers", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        # The load balancer, its listeners, and the target group with the tasks
        balancer = Balancer(
            f"{name}-lb",
            BalancerArgs(
                settings=args.settings.containers,
                network=args.network,
                target_port=_PORT,
                log_days=args.settings.log_retention_days,
                account=args.backend.account,
            ),
            self._child,
        )
        # A task needs these while it runs, so the service depends on them
        self._needs = [*args.network.egress_resources, *balancer.ingress_resources]
        # The namespace of the service
        cluster = declare_cluster(f"{name}-cluster", args.settings.containers, self._child)
        # Runs the tasks, registers them in the target group, and replaces unhealthy ones
        service = self._service(cluster, balancer)
        # Adds and removes tasks by their CPU use or requests
        if args.settings.containers.is_scaled:
            self._scale(cluster, service, balancer)
        self.url = balancer.url
        self.cluster_name, self.service_name = cluster.name, service.name
        self.balancer_host, self.balancer_dimension = balancer.host, balancer.dimension
        self.targets_dimension = balancer.target_group.arn_suffix
        self.register_outputs({"url": self.url})

    def _task_group(self, balancer: Balancer) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-task-group",
            vpc_id=self._args.network.vpc_id,
            description="Tasks, reached from the load balancer alone",
            opts=self._child,
        )
        ingress = aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-task-in",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=_PORT,
            to_port=_PORT,
            referenced_security_group_id=balancer.security_group_id,
            opts=self._child,
        )
        self._needs += [ingress, allow_all_out(f"{self._name}-task-out", group, self._child)]
        return group

    def _service(self, cluster: aws.ecs.Cluster, balancer: Balancer) -> aws.ecs.Service:
        settings = self._args.settings.containers
        group, definition = self._task_group(balancer), self._task_definition()
        capacity = declare_capacity(f"{self._name}-capacity", cluster, settings, self._child)
        service = aws.ecs.Service(
            f"{self._name}-service",
            cluster=cluster.arn,
            task_definition=definition.arn,
            desired_count=settings.desired_tasks,
            launch_type=capacity.launch_type,
            capacity_provider_strategies=capacity.strategies or None,
            # Without this, another strategy would replace the service
            # (hashicorp/terraform-provider-aws#11351).
            force_new_deployment=bool(capacity.strategies) or None,
            # Only with this block does the provider check the result of the deployment.
            deployment_controller={"type": "ECS"},
            deployment_circuit_breaker={"enable": True, "rollback": True},
            health_check_grace_period_seconds=_HEALTH_CHECK_GRACE_S,
            wait_for_steady_state=True,
            # Without this, tasks have no tags, and their costs belong to no stack.
            propagate_tags="SERVICE",
            network_configuration={
                "assign_public_ip": True,
                "subnets": self._args.network.subnet_ids,
                "security_groups": [group.id],
            },
            load_balancers=[
                {
                    "target_group_arn": balancer.target_group.arn,
                    "container_name": _CONTAINER,
                    "container_port": _PORT,
                }
            ],
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*self._needs, *capacity.needs],
                ignore_changes=["desiredCount"] if settings.is_scaled else [],
                custom_timeouts=pulumi.CustomTimeouts(
                    create=_STEADY_TIMEOUT, update=_STEADY_TIMEOUT
                ),
            ),
        )
        pulumi.Output.all(service.name, service.task_definition, definition.arn).apply(
            lambda outputs: _check_rollback(*outputs)
        )
        return service

    def _scale(
        self, cluster: aws.ecs.Cluster, service: aws.ecs.Service, balancer: Balancer
    ) -> None:
        args = ScalingArgs(
            settings=self._args.settings.containers,
            cluster=cluster.name,
            service=service.name,
            balancer=balancer.dimension,
            targets=balancer.target_group.arn_suffix,
        )
        scale_service(f"{self._name}-scaling", args, self._child)

    def _task_definition(self) -> aws.ecs.TaskDefinition:
        settings = self._args.settings
        return aws.ecs.TaskDefinition(
            f"{self._name}-task",
            family=f"{settings.prefix}-containers",
            cpu=str(settings.containers.cpu),
            memory=str(settings.containers.memory),
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            runtime_platform={
                "operating_system_family": "LINUX",
                "cpu_architecture": settings.architecture.upper(),
            },
            execution_role_arn=self._execution_role().arn,
            task_role_arn=self._task_role().arn,
            volumes=[{"name": "tmp"}],
            container_definitions=pulumi.Output.json_dumps(self._containers(), sort_keys=True),
            opts=self._child,
        )

    def _containers(self) -> list[Container]:
        settings = self._args.settings
        region = aws.get_region_output(opts=pulumi.InvokeOptions(parent=self)).region
        container = self._container(region)
        if not settings.tracing:
            return [container]
        return with_collector(container, settings.containers.cpu, region)

    def _container(self, region: pulumi.Output[str]) -> Container:
        variables: dict[str, pulumi.Input[str]] = {
            **self._args.backend.environment(),
            "CORS_ORIGINS": ",".join(self._args.settings.cors_origins),
            "METRICS_NAMESPACE": self._args.settings.prefix,
            "PORT": str(_PORT),
        }
        if self._args.settings.tracing:
            variables |= trace_variables(f"{self._args.settings.prefix}-containers")
        return {
            "name": _CONTAINER,
            "image": self._args.image,
            "essential": True,
            "command": list(_COMMAND),
            "workingDirectory": "/app",
            "readonlyRootFilesystem": True,
            "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp"}],  # noqa: S108  # in the container
            "stopTimeout": _STOP_TIMEOUT_S,
            "portMappings": [{"containerPort": _PORT, "hostPort": _PORT, "protocol": "tcp"}],
            "environment": [
                {"name": key, "value": value} for key, value in sorted(variables.items())
            ],
            "logConfiguration": self._log_configuration(region),
        }

    def _log_configuration(self, region: pulumi.Output[str]) -> dict[str, object]:
        settings = self._args.settings
        log_group = aws.cloudwatch.LogGroup(
            f"{self._name}-log",
            name=f"/ecs/{settings.prefix}-containers",
            retention_in_days=settings.log_retention_days,
            opts=self._child,
        )
        return {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group.name,
                "awslogs-region": region,
                "awslogs-stream-prefix": _CONTAINER,
            },
        }

    def _task_role(self) -> aws.iam.Role:
        role = self._role("task")
        table = self._args.backend.table.arn
        index = pulumi.Output.concat(table, f"/index/{schema.FEED_INDEX}")
        policy = aws.iam.RolePolicy(
            f"{self._name}-task-policy",
            role=role.id,
            policy=allow(
                (_TABLE_ACTIONS, table),
                (("dynamodb:Query",), index),
                *table_key_grants(self._args.settings),
                # X-Ray has no resource-level permissions
                *([(TRACE_ACTIONS, ANYTHING)] if self._args.settings.tracing else []),
            ),
            opts=self._child,
        )
        self._needs.append(policy)
        return role

    def _execution_role(self) -> aws.iam.Role:
        role = self._role("execution")
        partition = aws.get_partition_output(opts=pulumi.InvokeOptions(parent=self)).partition
        attachment = aws.iam.RolePolicyAttachment(
            f"{self._name}-execution-policy",
            role=role.name,
            policy_arn=pulumi.Output.format("arn:{0}:{1}", partition, _EXECUTION_POLICY),
            opts=self._child,
        )
        self._needs.append(attachment)
        return role

    def _role(self, purpose: str) -> aws.iam.Role:
        return aws.iam.Role(
            f"{self._name}-{purpose}-role",
            assume_role_policy=trust("ecs-tasks.amazonaws.com"),
            opts=self._child,
        )


def _check_rollback(service: str, running: str, declared: str) -> None:
    """Stop the program if ECS has rolled the service back to an earlier task definition.

    The service is stable then, so the provider may report success (pulumi/pulumi-aws#4487,
    hashicorp/terraform-provider-aws#19519). If it reports the failure, the next update may change
    nothing and succeed (pulumi/pulumi#21458). After a program fails, Pulumi deletes nothing: the
    definition that runs stays registered.
    """
    if running != declared and not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(
            f"service {service} runs {running}, not the declared {declared}. ECS rolls a service "
            "back if its new tasks do not start or fail their health checks. Find the reason in "
            "the service's events and the tasks' log, correct it, and run pulumi up --refresh."
        )
