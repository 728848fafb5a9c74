"""Receives the traces of the tasks, and logs them: X-Ray has no local counterpart."""

from localcloud.runtimes.traces.collector import Collector

__all__ = ["Collector"]
