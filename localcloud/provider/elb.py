"""Elastic Load Balancing: one load balancer that listens on this machine, and target groups."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from localcloud.contracts import HealthCheck
from localcloud.engine.provider import Outcome, Properties, ProviderError, UnsupportedSetting
from localcloud.provider.base import (
    Context,
    ResourceHandler,
    arn,
    only_one,
    physical_name,
    resource_id,
)
from localcloud.provider.unsupported import HTTPS
from localcloud.runtimes.balancer import Balancer, FixedResponse, Forward, TargetGroup

_PORT: Final = "balancer"
_NAMESPACE: Final = "AWS/ApplicationELB"
_DEREGISTRATION_DELAY_S: Final = 300  # Elastic Load Balancing's own default
_IDLE_TIMEOUT_S: Final = 60  # also a default


@dataclass
class DeclaredTargetGroup:
    """A target group: its healthy targets, and how their health is checked."""

    targets: TargetGroup
    health_check: HealthCheck


@dataclass
class LoadBalancing:
    """The declared load balancers, target groups and listeners, by ARN."""

    context: Context
    balancers: dict[str, Balancer] = field(default_factory=dict)
    target_groups: dict[str, DeclaredTargetGroup] = field(default_factory=dict)
    listeners: dict[str, Balancer] = field(default_factory=dict)

    async def close(self) -> None:
        """Finish the requests in progress and stop listening."""
        await asyncio.gather(*(balancer.stop() for balancer in self.listeners.values()))


class LoadBalancerHandler(ResourceHandler):
    """`aws:lb/loadBalancer:LoadBalancer`: an address; it answers once it has a listener."""

    def __init__(self, load_balancing: LoadBalancing) -> None:
        self._elb = load_balancing

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        if self._elb.balancers:
            raise ProviderError(only_one("load balancer"))
        if inputs.get("loadBalancerType", "application") != "application":
            raise ProviderError(
                "loadBalancerType must be application: other types are not supported"
            )
        physical = physical_name(urn, name, inputs)
        suffix = f"app/{physical}/{resource_id('lb', urn)[3:]}"
        balancer_arn = arn("elasticloadbalancing", f"loadbalancer/{suffix}")
        port = self._elb.context.state.port(_PORT)
        meter = self._elb.context.metrics.meter(_NAMESPACE, {"LoadBalancer": suffix})
        self._elb.balancers[balancer_arn] = Balancer(port, meter)
        outputs = {
            "name": physical,
            "arn": balancer_arn,
            "arnSuffix": suffix,
            "dnsName": f"127.0.0.1:{port}",
            "zoneId": "LOCAL",
        }
        return Outcome(balancer_arn, {**inputs, **outputs})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        del self._elb.balancers[old.id]


class TargetGroupHandler(ResourceHandler):
    """`aws:lb/targetGroup:TargetGroup`."""

    def __init__(self, load_balancing: LoadBalancing) -> None:
        self._groups = load_balancing.target_groups

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        physical = physical_name(urn, name, inputs)
        suffix = f"targetgroup/{physical}/{resource_id('tg', urn)[3:]}"
        group_arn = arn("elasticloadbalancing", suffix)
        delay = float(inputs.get("deregistrationDelay", _DEREGISTRATION_DELAY_S))
        known = self._groups.get(group_arn)
        if known:
            known.targets.configure(deregistration_delay_s=delay)
            known.health_check = _health_check(inputs)
        else:
            targets = TargetGroup(physical, deregistration_delay_s=delay)
            self._groups[group_arn] = DeclaredTargetGroup(targets, _health_check(inputs))
        outputs = {"name": physical, "arn": group_arn, "arnSuffix": suffix}
        return Outcome(group_arn, {**inputs, **outputs})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        del self._groups[old.id]


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


class ListenerHandler(ResourceHandler):
    """`aws:lb/listener:Listener`: the load balancer listens and takes its default action."""

    def __init__(self, load_balancing: LoadBalancing) -> None:
        self._elb = load_balancing

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        _reject_https(inputs)
        if self._elb.listeners:
            raise ProviderError(only_one("listener"))
        balancer = self._configured(inputs)
        await balancer.start()
        listener_arn = arn("elasticloadbalancing", f"listener/{resource_id('listener', urn)}")
        self._elb.listeners[listener_arn] = balancer
        return Outcome(listener_arn, {**inputs, "arn": listener_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        _reject_https(news)
        self._configured(news)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._elb.listeners.pop(old.id).stop()

    def _configured(self, inputs: Properties) -> Balancer:
        balancer = self._elb.balancers.get(inputs["loadBalancerArn"])
        if balancer is None:
            raise ProviderError("loadBalancerArn must be that of a load balancer of this program")
        (action,) = inputs["defaultActions"]
        balancer.configure(self._action(action, inputs), idle_timeout_s=_IDLE_TIMEOUT_S)
        return balancer

    def _action(self, action: Properties, inputs: Properties) -> Forward | FixedResponse:
        if action["type"] == "forward":
            group = self._elb.target_groups.get(action.get("targetGroupArn", ""))
            if group is None:
                raise ProviderError("targetGroupArn must be that of a target group of this program")
            dimensions = {
                "LoadBalancer": inputs["loadBalancerArn"].partition(":loadbalancer/")[2],
                "TargetGroup": action["targetGroupArn"].rpartition(":")[2],
            }
            metrics = self._elb.context.metrics
            return Forward(group.targets, metrics.meter(_NAMESPACE, dimensions))
        if action["type"] == "fixed-response":
            fixed = action["fixedResponse"]
            return FixedResponse(
                int(fixed["statusCode"]), fixed["contentType"], fixed.get("messageBody", "")
            )
        raise ProviderError(f"default actions of type {action['type']} are not supported here")


def _reject_https(inputs: Properties) -> None:
    """Raise for both listeners of a program with a certificate: HTTPS, and the redirect to it."""
    redirects = (action.get("redirect") or {} for action in inputs["defaultActions"])
    protocols = [inputs.get("protocol"), *(redirect.get("protocol") for redirect in redirects)]
    if "HTTPS" in protocols:
        raise UnsupportedSetting(HTTPS)


def handlers(load_balancing: LoadBalancing) -> dict[str, ResourceHandler]:
    """Return the handlers of Elastic Load Balancing's resource types."""
    return {
        "aws:lb/listener:Listener": ListenerHandler(load_balancing),
        "aws:lb/loadBalancer:LoadBalancer": LoadBalancerHandler(load_balancing),
        "aws:lb/targetGroup:TargetGroup": TargetGroupHandler(load_balancing),
    }
