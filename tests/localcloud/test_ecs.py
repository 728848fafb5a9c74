"""Task definitions: what runs here, and one sentence for everything else."""

import json

import pytest

from localcloud.engine.provider import ProviderError
from localcloud.provider.ecs import COLLECTOR_IMAGE, read_task_definition

OWN = {
    "name": "app",
    "image": "local",
    "command": ["serve"],
    "workingDirectory": "/app",
    "portMappings": [{"containerPort": 8080}],
}
COLLECTOR = {"name": "collector", "image": f"{COLLECTOR_IMAGE}:v1@sha256:{'0' * 64}"}


def definition(*containers):
    text = json.dumps(containers)
    return read_task_definition({"cpu": "256", "memory": "512", "containerDefinitions": text})


def test_collector_of_traces_may_accompany_the_container():
    assert not definition(OWN).has_collector
    for containers in ([OWN, COLLECTOR], [COLLECTOR, OWN]):
        task = definition(*containers)
        assert (task.has_collector, task.image, task.port) == (True, "local", 8080)
        assert task.container.command == ["serve"]


@pytest.mark.parametrize(
    ("containers", "reason"),
    [
        ([{**OWN, "image": "nginx"}], "image 'nginx' is not supported here: tasks run the sources"),
        ([{**OWN, "image": "nginx"}, COLLECTOR], "Set dockerImage to local"),
        (
            [OWN, {**OWN, "image": "datadog/agent:7"}],
            "image 'datadog/agent:7' is not supported here: beside the project's own container",
        ),
        ([OWN, {**OWN, "image": "local:1"}], "one container with the image local here, not 2"),
        ([COLLECTOR], "one container with the image local here, not 0"),
        ([], "one container with the image local here, not 0"),
        ([{"name": "app"}], "must be a list of containers in JSON"),
        (["app"], "must be a list of containers in JSON"),
        ([{**OWN, "command": []}], "command is required here"),
    ],
)
def test_each_other_task_definition_is_refused_with_the_reason(containers, reason):
    with pytest.raises(ProviderError, match=reason):
        definition(*containers)


@pytest.mark.parametrize("text", ["", "{", "5", "null", '{"image": "local"}'])
def test_definition_that_is_not_a_list_is_refused(text):
    with pytest.raises(ProviderError, match="must be a list of containers in JSON"):
        read_task_definition({"cpu": "256", "memory": "512", "containerDefinitions": text})
