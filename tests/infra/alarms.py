"""Evaluates declared alarms as CloudWatch does, from measurements minute by minute.

Sources: "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data" in the
CloudWatch user guide.
"""

import math
import operator

_COMPARE = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_STATISTICS = {
    "Sum": math.fsum,
    "Minimum": min,
    "Maximum": max,
    "Average": lambda values: math.fsum(values) / len(values),
    "p95": lambda values: sorted(values)[math.ceil(0.95 * len(values)) - 1],
}
_EXPRESSIONS = {
    "SUM(METRICS())": math.fsum,
    "MAX(METRICS())": max,
    "MIN(METRICS())": min,
    "AVG(METRICS())": lambda values: math.fsum(values) / len(values),
}
_MINUTE_S = 60


def fires(alarm, minutes):
    """Return whether the *alarm* is in the state ALARM after the given minutes.

    Each minute maps a metric (its name and the values of its dimensions) to measured values.
    """
    periods = alarm["evaluationPeriods"]
    assert len(minutes) >= periods
    breaches = [_breaches(alarm, minute) for minute in minutes[-periods:]]
    if alarm["treatMissingData"] == "ignore" and None in breaches:
        return False  # the state does not change
    missing = alarm["treatMissingData"] == "breaching"
    found = [missing if one is None else one for one in breaches]
    return sum(found) >= alarm.get("datapointsToAlarm", periods)


def _breaches(alarm, minute):
    """Return whether one minute breaches the threshold, None without data."""
    (compared,) = [one for one in alarm["metricQueries"] if one.get("returnData")]
    values = [
        _STATISTICS[metric["stat"]](measured)
        for metric in metrics(alarm)
        if (measured := minute.get(series(metric)))
    ]
    if not values:
        return None
    value = _EXPRESSIONS[compared["expression"]](values)
    return _COMPARE[alarm["comparisonOperator"]](value, alarm["threshold"])


def metrics(alarm):
    """Return the metrics of the alarm."""
    found = [one["metric"] for one in alarm["metricQueries"] if "metric" in one]
    assert {one["period"] for one in found} == {_MINUTE_S}
    return found


def series(metric):
    """Return the name of a metric and the values of its dimensions."""
    return metric["metricName"], frozenset(metric["dimensions"].values())
