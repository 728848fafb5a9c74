"""Which metrics are asked for."""

import json

import pytest

from infra.dashboard import Subjects as Shown
from infra.dashboard import dashboard_body
from lab.catalogue import Subjects, catalogue
from lab.metrics import MOST_QUERIES, MetricsError, queries

OUTPUTS = {
    "Region": "eu-west-1",
    "FunctionNames": {"GetBlog": "get", "PostBlog": "post"},
    "ApiId": "api",
    "ApiStage": "Prod",
    "LoadBalancerDimension": "app/b/1",
    "TargetGroupDimension": "targetgroup/t/2",
    "ClusterName": "cluster",
    "ServiceName": "service",
    "TableName": "table",
}
# On the dashboard only: what a load balancer is billed by, and what is the reverse of healthy.
ON_THE_DASHBOARD_ONLY = {"NewConnectionCount", "ConsumedLCUs", "UnHealthyHostCount"}


def test_what_the_dashboard_shows_is_asked_for_under_the_same_dimensions():
    shown = Shown(
        region="eu-west-1",
        functions=OUTPUTS["FunctionNames"],
        api="api",
        stage="Prod",
        balancer="app/b/1",
        targets="targetgroup/t/2",
        cluster="cluster",
        service="service",
        table="table",
    )
    on_dashboard = set()
    for widget in json.loads(dashboard_body(shown))["widgets"]:
        for namespace, name, *rest in widget["properties"]["metrics"]:
            pairs = [part for part in rest if isinstance(part, str)]
            dimensions = frozenset(zip(pairs[::2], pairs[1::2], strict=True))
            on_dashboard.add((namespace, name, dimensions))
    asked = {
        (metric.namespace, metric.name, frozenset(series.items()))
        for metric in catalogue(Subjects.of(OUTPUTS))
        for series in metric.series
    }

    missing = {one for one in on_dashboard - asked if one[1] not in ON_THE_DASHBOARD_ONLY}
    assert on_dashboard
    assert not missing


def test_everything_fits_in_one_call_even_with_many_functions():
    many = {**OUTPUTS, "FunctionNames": {str(number): str(number) for number in range(40)}}

    assert len(queries(catalogue(Subjects.of(many)))) <= MOST_QUERIES


def test_every_key_is_unique_and_every_weight_is_a_key_with_the_same_series():
    by_key = {metric.key: metric for metric in catalogue(Subjects.of(OUTPUTS))}

    assert len(by_key) == len(catalogue(Subjects.of(OUTPUTS)))
    for metric in by_key.values():
        if metric.weight:
            assert len(by_key[metric.weight].series) == len(metric.series)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("value", [None, "", 3])
def test_a_missing_output_is_named_with_the_way_to_give_it(name, value):
    with pytest.raises(MetricsError, match=rf"{name}.*--outputs"):
        Subjects.of({**OUTPUTS, name: value})
