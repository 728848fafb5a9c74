"""Runs a declared service: starts its tasks, checks and replaces them, and rolls out updates."""

from localcloud.runtimes.tasks.service import Service, ServiceFailed
from localcloud.runtimes.tasks.spec import ServiceSpec

__all__ = ["Service", "ServiceFailed", "ServiceSpec"]
