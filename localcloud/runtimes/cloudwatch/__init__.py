"""Answers CloudWatch's GetMetricData, and nothing else, from what the local cloud has measured."""

from localcloud.runtimes.cloudwatch.server import CloudWatch

__all__ = ["CloudWatch"]
