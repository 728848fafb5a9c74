"""Reads GetMetricData requests and computes their results."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from localcloud.metrics import MINUTE_S, Metrics, Series, Values

T = TypeVar("T")
MAX_QUERIES: Final = 500
_ASCENDING: Final = "TimestampAscending"
_ID: Final = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")
_PERCENTILE: Final = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")
_STATISTICS: Final[Mapping[str, Callable[[Values], float]]] = {
    "SampleCount": lambda values: float(values.count),
    "Sum": lambda values: values.total,
    "Average": lambda values: values.total / values.count,
    "Minimum": lambda values: values.low,
    "Maximum": lambda values: values.high,
}


class RequestError(Exception):
    """The request is not valid or not supported; *code* is CloudWatch's name for the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def get_metric_data(metrics: Metrics, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response, in one page; raise RequestError if the request is not valid."""
    queries = _given(request, "MetricDataQueries", list)
    if not 0 < len(queries) <= MAX_QUERIES:
        raise RequestError("ValidationError", f"A request has 1 to {MAX_QUERIES} queries.")
    start, end = (_seconds(request, name) for name in ("StartTime", "EndTime"))
    if start >= end:
        raise RequestError("ValidationError", "StartTime must be before EndTime.")
    results = [_result(metrics, query, start, end) for query in queries]
    if len({result["Id"] for result in results}) < len(results):
        raise RequestError("ValidationError", "Each query needs a different Id.")
    if request.get("ScanBy") != _ASCENDING:
        for result in results:
            result["Timestamps"].reverse()
            result["Values"].reverse()
    return {"MetricDataResults": results, "Messages": []}


def _result(metrics: Metrics, query: object, start: float, end: float) -> dict[str, Any]:
    if not isinstance(query, Mapping) or not _ID.fullmatch(_given(query, "Id", str)):
        raise RequestError(
            "ValidationError", "The Id of a query must begin with a lower-case letter."
        )
    if "MetricStat" not in query:
        raise RequestError(
            "ValidationError", "The local cloud supports MetricStat, but no expressions."
        )
    requested = _given(query, "MetricStat", dict)
    period = _given(requested, "Period", int)
    if period <= 0 or period % MINUTE_S:
        raise RequestError("ValidationError", "Period must be a multiple of 60 seconds.")
    read = _statistic(_given(requested, "Stat", str))
    first = math.floor(start / period) * period
    points = list(metrics.periods(_series(requested), period, first, end))
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or requested["Metric"]["MetricName"],
        "Timestamps": [at for at, _ in points],
        "Values": [read(values) for _, values in points],
        "StatusCode": "Complete",
    }


def _series(requested: Mapping[str, Any]) -> Series:
    metric = _given(requested, "Metric", dict)
    dimensions: Sequence[Mapping[str, Any]] = metric.get("Dimensions") or ()
    pairs = [(_given(one, "Name", str), _given(one, "Value", str)) for one in dimensions]
    return _given(metric, "Namespace", str), _given(metric, "MetricName", str), frozenset(pairs)


def _statistic(name: str) -> Callable[[Values], float]:
    if percentile := _PERCENTILE.fullmatch(name):
        return lambda values: values.percentile(float(percentile[1]))
    if name not in _STATISTICS:
        raise RequestError(
            "ValidationError", f"The local cloud does not support the statistic {name!r}."
        )
    return _STATISTICS[name]


def _seconds(request: Mapping[str, Any], name: str) -> float:
    moment = request.get(name)
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not math.isfinite(moment):
        raise RequestError("ValidationError", f"{name} must be in seconds since 1970.")
    return moment


def _given(document: object, name: str, type_: type[T]) -> T:
    value = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(value, type_) or isinstance(value, bool):
        raise RequestError(
            "ValidationError", f"{name} is missing, or not of type {type_.__name__}."
        )
    return value
