"""The containers backend: a Fargate service behind an Application Load Balancer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from blog import schema
from infra.backend import BackendSettings
from infra.network import Network
from infra.policies import allow, trust
from infra.settings import Settings

_PORT: Final = 8080
_HTTP_PORT: Final = 80
_ANYWHERE: Final = "0.0.0.0/0"
_DEREGISTRATION_DELAY_S: Final = 20
_STOP_TIMEOUT_S: Final = 30
_COMMAND: Final = (
    "gunicorn",
    "--config",
    "python:container_src.gunicorn_conf",
    "container_src.wsgi:app",
)
_EXECUTION_POLICY: Final = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
_TABLE_ACTIONS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
)


@dataclass(frozen=True, kw_only=True)
class ContainersArgs:
    """What the containers backend is made of."""

    settings: Settings
    backend: BackendSettings
    network: Network


class Containers(pulumi.ComponentResource):
    """The load balancer, the service, and the tasks that answer."""

    url: pulumi.Output[str]

    def __init__(
        self, name: str, args: ContainersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Containers", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        # What a task needs from its first second on, and until its last one.
        self._task_needs: list[pulumi.Resource] = list(args.network.ways_out)
        balancer_group = self._security_group("balancer", "HTTP from the internet")
        self._ingress("balancer", balancer_group, _HTTP_PORT, cidr_ipv4=_ANYWHERE)
        task_group = self._security_group("task", "Requests from the load balancer alone")
        self._ingress("task", task_group, _PORT, referenced_security_group_id=balancer_group.id)
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            load_balancer_type="application",
            security_groups=[balancer_group.id],
            subnets=args.network.subnet_ids,
            drop_invalid_header_fields=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.network.ways_out),
        )
        targets = self._target_group()
        listener = aws.lb.Listener(
            f"{name}-listener",
            load_balancer_arn=balancer.arn,
            port=_HTTP_PORT,
            protocol="HTTP",
            default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
            opts=self._child,
        )
        self._service(targets, listener, task_group)
        self.url = pulumi.Output.concat("http://", balancer.dns_name)
        self.register_outputs({"url": self.url})

    def _security_group(self, role: str, description: str) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-{role}",
            vpc_id=self._args.network.vpc_id,
            description=description,
            opts=self._child,
        )
        rule = aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{role}-out",
            security_group_id=group.id,
            ip_protocol="-1",
            cidr_ipv4=_ANYWHERE,
            opts=self._child,
        )
        self._task_needs.append(rule)
        return group

    def _ingress(
        self,
        role: str,
        group: aws.ec2.SecurityGroup,
        port: int,
        *,
        cidr_ipv4: str | None = None,
        referenced_security_group_id: pulumi.Input[str] | None = None,
    ) -> None:
        rule = aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{role}-in",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4=cidr_ipv4,
            referenced_security_group_id=referenced_security_group_id,
            opts=self._child,
        )
        self._task_needs.append(rule)

    def _target_group(self) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{self._name}-targets",
            port=_PORT,
            protocol="HTTP",
            target_type="ip",
            vpc_id=self._args.network.vpc_id,
            deregistration_delay=_DEREGISTRATION_DELAY_S,
            health_check={
                "path": "/",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 3,
                "matcher": "200",
            },
            opts=self._child,
        )

    def _service(
        self,
        targets: aws.lb.TargetGroup,
        listener: aws.lb.Listener,
        task_group: aws.ec2.SecurityGroup,
    ) -> None:
        cluster = aws.ecs.Cluster(f"{self._name}-cluster", opts=self._child)
        definition = self._task_definition()
        aws.ecs.Service(
            f"{self._name}-service",
            cluster=cluster.arn,
            task_definition=definition.arn,
            desired_count=self._args.settings.desired_tasks,
            launch_type="FARGATE",
            deployment_circuit_breaker={"enable": True, "rollback": True},
            health_check_grace_period_seconds=30,
            network_configuration={
                "assign_public_ip": True,
                "subnets": self._args.network.subnet_ids,
                "security_groups": [task_group.id],
            },
            load_balancers=[
                {
                    "target_group_arn": targets.arn,
                    "container_name": "blog",
                    "container_port": _PORT,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[listener, *self._task_needs]),
        )

    def _task_definition(self) -> aws.ecs.TaskDefinition:
        settings = self._args.settings
        return aws.ecs.TaskDefinition(
            f"{self._name}-task",
            family=f"{settings.prefix}-containers",
            cpu=str(settings.task_cpu),
            memory=str(settings.task_memory),
            network_mode="awsvpc",
            requires_compatibilities=["FARGATE"],
            runtime_platform={
                "operating_system_family": "LINUX",
                "cpu_architecture": settings.architecture.upper(),
            },
            execution_role_arn=self._execution_role().arn,
            task_role_arn=self._task_role().arn,
            volumes=[{"name": "tmp"}],
            container_definitions=pulumi.Output.json_dumps([self._container()]),
            opts=self._child,
        )

    def _container(self) -> dict[str, pulumi.Input[object]]:
        settings = self._args.settings
        log_group = aws.cloudwatch.LogGroup(
            f"{self._name}-log",
            name=f"/ecs/{settings.prefix}-containers",
            retention_in_days=settings.log_retention_days,
            opts=self._child,
        )
        region = aws.get_region_output(opts=pulumi.InvokeOptions(parent=self)).region
        variables: dict[str, pulumi.Input[str]] = {
            **self._args.backend.environment(),
            "CORS_ORIGINS": ",".join(settings.cors_origins),
            "PORT": str(_PORT),
        }
        return {
            "name": "blog",
            "image": settings.docker_image,
            "essential": True,
            "command": list(_COMMAND),
            "workingDirectory": "/app",
            "readonlyRootFilesystem": True,
            "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp"}],  # noqa: S108  # in the container
            "stopTimeout": _STOP_TIMEOUT_S,
            "portMappings": [{"containerPort": _PORT, "protocol": "tcp"}],
            "environment": [
                {"name": key, "value": value} for key, value in sorted(variables.items())
            ],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": log_group.name,
                    "awslogs-region": region,
                    "awslogs-stream-prefix": "blog",
                },
            },
        }

    def _task_role(self) -> aws.iam.Role:
        role = self._role("task")
        table = self._args.backend.table.arn
        index = pulumi.Output.concat(table, f"/index/{schema.FEED_INDEX}")
        grants: Sequence[tuple[Sequence[str], pulumi.Output[str]]] = (
            (_TABLE_ACTIONS, table),
            (("dynamodb:Query",), index),
        )
        policy = aws.iam.RolePolicy(
            f"{self._name}-task-policy", role=role.id, policy=allow(*grants), opts=self._child
        )
        self._task_needs.append(policy)
        return role

    def _execution_role(self) -> aws.iam.Role:
        role = self._role("execution")
        attachment = aws.iam.RolePolicyAttachment(
            f"{self._name}-execution-policy",
            role=role.name,
            policy_arn=_EXECUTION_POLICY,
            opts=self._child,
        )
        self._task_needs.append(attachment)
        return role

    def _role(self, purpose: str) -> aws.iam.Role:
        return aws.iam.Role(
            f"{self._name}-{purpose}-role",
            assume_role_policy=trust("ecs-tasks.amazonaws.com"),
            opts=self._child,
        )
