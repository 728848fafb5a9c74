"""The collector of a task's traces: a second container, which sends them to X-Ray."""

from __future__ import annotations

import json
from typing import Final

import pulumi

# AWS's distribution of the OpenTelemetry collector, for both architectures (released 2026-08-25).
# It does not run as root (aws-observability/aws-otel-collector#2317).
_IMAGE: Final = (
    "public.ecr.aws/aws-observability/aws-otel-collector:v0.50.0"
    "@sha256:7968fb60db6a2390a47ba6a2df029745638486e285c9b2487da1b722d0855a3e"
)
_ADDRESS: Final = "127.0.0.1:4318"  # the containers of a task share this interface
# At these sizes the collector refuses spans. It would be killed at the memory of its container.
_LIMIT_MB: Final = 160
_SPIKE_MB: Final = 40

_NAME: Final = "collector"
_CPU_UNITS: Final = 32

COLLECTOR_MB: Final = 256
# All that the X-Ray exporter calls: by default, it sends no telemetry records about itself.
TRACE_ACTIONS: Final = ("xray:PutTraceSegments",)

Container = dict[str, pulumi.Input[object]]


def trace_variables(service: str) -> dict[str, pulumi.Input[str]]:
    """Return the variables with which OpenTelemetry sends traces of *service*."""
    return {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"http://{_ADDRESS}/v1/traces",
        "OTEL_SERVICE_NAME": service,
    }


def with_collector(
    container: Container, task_cpu: int, region: pulumi.Output[str]
) -> list[Container]:
    """Return the definitions of *container* and of a collector with the same log group.

    The collector starts before the container and stops after it, so it gets the last spans. Beside
    it, the container needs CPU shares of its own: without them, it would get almost no CPU.
    """
    own: Container = {
        "cpu": task_cpu - _CPU_UNITS,
        "dependsOn": [{"containerName": _NAME, "condition": "START"}],
    }
    return [container | own, _collector(region, container["logConfiguration"])]


def _collector(region: pulumi.Output[str], log: pulumi.Input[object]) -> Container:
    """Return the definition of the collector, whose end does not end the task."""
    return {
        "name": _NAME,
        "image": _IMAGE,
        "essential": False,
        "restartPolicy": {"enabled": True},
        "cpu": _CPU_UNITS,
        "memory": COLLECTOR_MB,
        "readonlyRootFilesystem": True,
        "environment": [{"name": "AOT_CONFIG_CONTENT", "value": region.apply(_configuration)}],
        "logConfiguration": log,
    }


def _configuration(region: str) -> str:
    limiter = {"check_interval": "1s", "limit_mib": _LIMIT_MB, "spike_limit_mib": _SPIKE_MB}
    pipeline = {
        "receivers": ["otlp"],
        "processors": ["memory_limiter", "batch"],
        "exporters": ["awsxray"],
    }
    return json.dumps(
        {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": _ADDRESS}}}},
            "processors": {"memory_limiter": limiter, "batch": {"timeout": "1s"}},
            "exporters": {"awsxray": {"region": region}},
            "service": {"pipelines": {"traces": pipeline}},
        }
    )
