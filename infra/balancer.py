"""The load balancer: HTTP, or HTTPS and a redirect if there is a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from infra.access_log import AccessLog
from infra.network import Network, allow_all_out
from infra.settings import ContainerSettings

_HTTP: Final = 80
_HTTPS: Final = 443
_TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
DEREGISTRATION_DELAY_S: Final = 20
_IDLE_TIMEOUT_S: Final = 60  # shorter than gunicorn's keep-alive, or clients would get 502


@dataclass(frozen=True, kw_only=True)
class BalancerArgs:
    """The settings, the network, the port of the targets, and who keeps logs for how long."""

    settings: ContainerSettings
    network: Network
    target_port: int
    log_days: int
    account: pulumi.Input[str]


class Balancer(pulumi.ComponentResource):
    """An Application Load Balancer, its listeners, and its target group."""

    url: pulumi.Output[str]
    host: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    target_group: aws.lb.TargetGroup
    dimension: pulumi.Output[str]
    ingress_resources: list[pulumi.Resource]  # a service needs these to receive requests

    def __init__(
        self, name: str, args: BalancerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("blog:infra:Balancer", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-group",
            vpc_id=args.network.vpc_id,
            description="The load balancer",
            opts=self._child,
        )
        self.security_group_id = group.id
        self.ingress_resources = [allow_all_out(f"{name}-out", group, self._child)]
        log = self._access_log()
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            load_balancer_type="application",
            security_groups=[group.id],
            subnets=args.network.subnet_ids,
            idle_timeout=_IDLE_TIMEOUT_S,
            drop_invalid_header_fields=True,
            access_logs={"bucket": log.bucket, "enabled": True} if log else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[*args.network.egress_resources, *(log.needs if log else ())],
            ),
        )
        self.host, self.dimension = balancer.dns_name, balancer.arn_suffix
        self.target_group = self._targets()
        self._listen(balancer, group)
        self.url = self._address(balancer)
        self.register_outputs({"url": self.url})

    def _access_log(self) -> AccessLog | None:
        if not self._args.settings.balancer_logs:
            return None
        return AccessLog(
            f"{self._name}-log",
            account=self._args.account,
            days=self._args.log_days,
            opts=self._child,
        )

    def _targets(self) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            f"{self._name}-targets",
            port=self._args.target_port,
            protocol="HTTP",
            target_type="ip",
            vpc_id=self._args.network.vpc_id,
            deregistration_delay=DEREGISTRATION_DELAY_S,
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

    def _listen(self, balancer: aws.lb.LoadBalancer, group: aws.ec2.SecurityGroup) -> None:
        forward: aws.lb.ListenerDefaultActionArgsDict = {
            "type": "forward",
            "target_group_arn": self.target_group.arn,
        }
        if not self._args.settings.certificate_arn:
            self._listener("http", balancer, group, _HTTP, forward)
            return
        redirect: aws.lb.ListenerDefaultActionArgsDict = {
            "type": "redirect",
            "redirect": {"port": str(_HTTPS), "protocol": "HTTPS", "status_code": "HTTP_301"},
        }
        self._listener("http", balancer, group, _HTTP, redirect)
        self._listener("https", balancer, group, _HTTPS, forward)

    def _listener(
        self,
        protocol: str,
        balancer: aws.lb.LoadBalancer,
        group: aws.ec2.SecurityGroup,
        port: int,
        action: aws.lb.ListenerDefaultActionArgsDict,
    ) -> None:
        secure = protocol == "https"
        listener = aws.lb.Listener(
            f"{self._name}-{protocol}",
            load_balancer_arn=balancer.arn,
            port=port,
            protocol=protocol.upper(),
            certificate_arn=self._args.settings.certificate_arn if secure else None,
            ssl_policy=_TLS_POLICY if secure else None,
            default_actions=[action],
            opts=self._child,
        )
        self.ingress_resources.append(listener)
        for number, network in enumerate(self._args.settings.allowed_cidrs):
            self._allow(f"{self._name}-{protocol}-in", number, network, group, port)

    def _allow(
        self, prefix: str, number: int, network: str, group: aws.ec2.SecurityGroup, port: int
    ) -> None:
        """Allow requests from *network*.

        The rule is named after its range. Rules named by position move to another range when a
        range is removed, and EC2 refuses the duplicate (pulumi/pulumi-awsx#709).
        """
        aws.vpc.SecurityGroupIngressRule(
            f"{prefix}-{network.replace('/', '-')}",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            cidr_ipv4=network,
            opts=pulumi.ResourceOptions(
                parent=self, aliases=[pulumi.Alias(name=f"{prefix}-{number}")]
            ),
        )

    def _address(self, balancer: aws.lb.LoadBalancer) -> pulumi.Output[str]:
        settings = self._args.settings
        if not settings.domain_name:
            return pulumi.Output.concat("http://", balancer.dns_name)
        if settings.hosted_zone_id:
            aws.route53.Record(
                f"{self._name}-record",
                zone_id=settings.hosted_zone_id,
                name=settings.domain_name,
                type="A",
                aliases=[
                    {
                        "name": balancer.dns_name,
                        "zone_id": balancer.zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=self._child,
            )
        return pulumi.Output.from_input(f"https://{settings.domain_name}")
