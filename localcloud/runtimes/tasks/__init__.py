"""Runs a declared service: processes that are checked, replaced, rolled over and drained."""

from localcloud.runtimes.tasks.service import Service, ServiceFailed
from localcloud.runtimes.tasks.spec import ServiceSpec

__all__ = ["Service", "ServiceFailed", "ServiceSpec"]
