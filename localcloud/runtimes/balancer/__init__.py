"""Runs the declared load balancer: an HTTP front that passes requests on to healthy targets."""

from localcloud.runtimes.balancer.front import Balancer, BalancerError, FixedResponse, Forward
from localcloud.runtimes.balancer.group import TargetGroup

__all__ = ["Balancer", "BalancerError", "FixedResponse", "Forward", "TargetGroup"]
