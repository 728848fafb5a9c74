"""Receives traces and logs them: X-Ray has no local counterpart."""

from localcloud.runtimes.traces.collector import Collector
from localcloud.runtimes.traces.daemon import Daemon

__all__ = ["Collector", "Daemon"]
