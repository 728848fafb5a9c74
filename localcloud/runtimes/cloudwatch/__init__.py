"""CloudWatch's GetMetricData, and no other operation, over the local cloud's metrics."""

from localcloud.runtimes.cloudwatch.server import CloudWatch

__all__ = ["CloudWatch"]
