"""The declared load balancer: a listener that forwards requests to healthy targets."""

from localcloud.runtimes.balancer.load_balancer import (
    Balancer,
    BalancerError,
    FixedResponse,
    Forward,
)
from localcloud.runtimes.balancer.target_group import TargetGroup

__all__ = ["Balancer", "BalancerError", "FixedResponse", "Forward", "TargetGroup"]
