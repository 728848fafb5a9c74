"""Load balancer, target group and listener become one front that listens here."""

from __future__ import annotations

from typing import Final

from localcloud.contracts import HealthCheck
from localcloud.engine.provider import Outcome, Properties, ProviderError, SettingRefused
from localcloud.provider.balanced import Balanced, Group
from localcloud.provider.kind import Kind, logical_name, second
from localcloud.provider.names import arn, physical_name, resource_id
from localcloud.provider.refused import HTTPS
from localcloud.runtimes.balancer import Balancer, FixedResponse, Forward, TargetGroup

_PORT: Final = "balancer"
_NAMESPACE: Final = "AWS/ApplicationELB"
_DEREGISTRATION_DELAY_S: Final = 300  # Elastic Load Balancing's own default
_IDLE_TIMEOUT_S: Final = 60  # likewise


class LoadBalancer:
    """`aws:lb/loadBalancer:LoadBalancer`: an address; its listener makes it answer."""

    def __init__(self, balanced: Balanced) -> None:
        self._balanced = balanced

    async def create(self, urn: str, name: str, inputs: Properties) -> Outcome:
        if self._balanced.balancers:
            raise ProviderError(second("load balancer"))
        if inputs.get("loadBalancerType", "application") != "application":
            raise ProviderError("loadBalancerType must be application to run here")
        physical = physical_name(urn, name, inputs)
        suffix = f"app/{physical}/{resource_id('lb', urn)[3:]}"
        balancer_arn = arn("elasticloadbalancing", f"loadbalancer/{suffix}")
        port = self._balanced.context.state.port(_PORT)
        meter = self._balanced.context.metrics.meter(_NAMESPACE, {"LoadBalancer": suffix})
        self._balanced.balancers[balancer_arn] = Balancer(port, meter)
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
        _refuse_https(inputs)
        if self._balanced.listeners:
            raise ProviderError(second("listener"))
        balancer = self._configured(inputs)
        await balancer.start()
        listener_arn = arn("elasticloadbalancing", f"listener/{resource_id('listener', urn)}")
        self._balanced.listeners[listener_arn] = balancer
        return Outcome(listener_arn, {**inputs, "arn": listener_arn})

    async def update(self, urn: str, old: Outcome, olds: Properties, news: Properties) -> Outcome:
        _refuse_https(news)
        self._configured(news)
        return Outcome(old.id, {**old.outputs, **news})

    async def delete(self, urn: str, old: Outcome, inputs: Properties) -> None:
        await self._balanced.listeners.pop(old.id).stop()

    def _configured(self, inputs: Properties) -> Balancer:
        balancer = self._balanced.balancers.get(inputs["loadBalancerArn"])
        if balancer is None:
            raise ProviderError("loadBalancerArn names no load balancer of this program")
        (action,) = inputs["defaultActions"]
        balancer.configure(self._action(action, inputs), idle_timeout_s=_IDLE_TIMEOUT_S)
        return balancer

    def _action(self, action: Properties, inputs: Properties) -> Forward | FixedResponse:
        if action["type"] == "forward":
            group = self._balanced.groups.get(action.get("targetGroupArn", ""))
            if group is None:
                raise ProviderError("targetGroupArn names no target group of this program")
            dimensions = {
                "LoadBalancer": inputs["loadBalancerArn"].partition(":loadbalancer/")[2],
                "TargetGroup": action["targetGroupArn"].rpartition(":")[2],
            }
            metrics = self._balanced.context.metrics
            return Forward(group.rotation, metrics.meter(_NAMESPACE, dimensions))
        if action["type"] == "fixed-response":
            fixed = action["fixedResponse"]
            return FixedResponse(
                int(fixed["statusCode"]), fixed["contentType"], fixed.get("messageBody", "")
            )
        raise ProviderError(f"a default action of type {action['type']} does not run here")


def _refuse_https(inputs: Properties) -> None:
    """Refuse both listeners of a program with a certificate: HTTPS, and what leads to it."""
    redirects = (action.get("redirect") or {} for action in inputs["defaultActions"])
    protocols = [inputs.get("protocol"), *(redirect.get("protocol") for redirect in redirects)]
    if "HTTPS" in protocols:
        raise SettingRefused(HTTPS)


def kinds(balanced: Balanced) -> dict[str, Kind]:
    """Give the resource types that make up the load balancer."""
    return {
        "aws:lb/listener:Listener": Listener(balanced),
        "aws:lb/loadBalancer:LoadBalancer": LoadBalancer(balanced),
        "aws:lb/targetGroup:TargetGroup": TargetGroups(balanced),
    }
