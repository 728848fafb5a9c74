"""A task logs one cold start, which CloudWatch Logs turns into a metric."""

import json
import logging

from container_src.logging_json import JsonFormatter
from container_src.start_metric import report_start
from tests.lab.cloudwatch.outputs import OUTPUTS
from tests.lab.cloudwatch.shown import in_report, on_dashboard, own_metrics


def test_the_line_has_the_metric_of_the_dashboard_and_the_report(caplog):
    with caplog.at_level(logging.INFO):
        report_start(OUTPUTS["MetricsNamespace"])
    (record,) = caplog.records
    line = json.loads(JsonFormatter().format(record))
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    ((dimension,),) = directive["Dimensions"]
    emitted = (directive["Namespace"], "ColdStart", frozenset({(dimension, line[dimension])}))

    assert line["ColdStart"] == 1
    assert directive["Metrics"] == [{"Name": "ColdStart", "Unit": "Count"}]
    assert 1e12 < line["_aws"]["Timestamp"] < 1e13  # milliseconds
    assert emitted in own_metrics(on_dashboard(OUTPUTS))
    assert emitted in own_metrics(in_report(OUTPUTS))
