"""The metrics that functions and tasks print in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from localcloud.metrics import Metrics

_MARK: Final = b'"_aws"'


class EmbeddedMetrics:
    """Records the metrics in printed lines, as CloudWatch Logs does."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def measure(self, lines: bytes) -> None:
        """Record the metrics in *lines*; other lines, and invalid ones, have none."""
        for line in lines.splitlines():
            if _MARK in line:
                for namespace, dimensions, name, value in _measurements(line):
                    self._metrics.meter(namespace, dimensions)(name, value)


def _measurements(line: bytes) -> list[tuple[str, dict[str, str], str, float]]:
    try:
        document = json.loads(line)
        return list(_embedded(document))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return []


def _embedded(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str], str, float]]:
    """Yield namespace, dimensions, name and value; raise an error if *document* is not valid."""
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: str(document[name]) for name in names}
            for metric in directive["Metrics"]:
                found = document[metric["Name"]]
                for value in found if isinstance(found, list) else [found]:
                    yield str(directive["Namespace"]), dimensions, metric["Name"], float(value)
