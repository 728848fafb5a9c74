"""Autoscaling of the service, by CPU or by requests."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.settings import ContainerSettings

_Metric = aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecificationArgsDict  # noqa: E501


@dataclass(frozen=True, kw_only=True)
class ScalingArgs:
    """The service, and the dimensions of its load balancer and target group."""

    settings: ContainerSettings
    cluster: pulumi.Input[str]
    service: pulumi.Input[str]
    balancer: pulumi.Input[str]
    targets: pulumi.Input[str]


def scale_service(name: str, args: ScalingArgs, opts: pulumi.ResourceOptions) -> None:
    """Let Application Auto Scaling change the number of tasks within the limits."""
    settings = args.settings
    target = aws.appautoscaling.Target(
        name,
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=pulumi.Output.concat("service/", args.cluster, "/", args.service),
        min_capacity=settings.min_tasks,
        max_capacity=settings.max_tasks,
        opts=opts,
    )
    aws.appautoscaling.Policy(
        name,
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        scalable_dimension=target.scalable_dimension,
        resource_id=target.resource_id,
        target_tracking_scaling_policy_configuration={
            "predefined_metric_specification": _metric(args),
            "target_value": settings.request_target or settings.cpu_target,
            "scale_out_cooldown": settings.scale_out_cooldown,
            "scale_in_cooldown": settings.scale_in_cooldown,
        },
        opts=opts,
    )


def _metric(args: ScalingArgs) -> _Metric:
    if not args.settings.request_target:
        return {"predefined_metric_type": "ECSServiceAverageCPUUtilization"}
    return {
        "predefined_metric_type": "ALBRequestCountPerTarget",
        "resource_label": pulumi.Output.concat(args.balancer, "/", args.targets),
    }
