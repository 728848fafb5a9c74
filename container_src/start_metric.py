"""The metric of a started task, in CloudWatch's embedded metric format.

CloudWatch Logs extracts it from the log line without any setup:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
"""

from __future__ import annotations

import logging
import time
from typing import Final

_SERVICE: Final = "service"
_log: Final = logging.getLogger(__name__)


def report_start(namespace: str) -> None:
    """Log one cold start of the containers, as Powertools does for the functions."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [[_SERVICE]],
        "Metrics": [{"Name": "ColdStart", "Unit": "Count"}],
    }
    embedded = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}
    fields = {"_aws": embedded, _SERVICE: "containers", "ColdStart": 1}
    _log.info("Task started", extra={"fields": fields})
