"""Each setting of `Pulumi.yaml` changes exactly what its description says."""

import json
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from unittest.mock import ANY

import pytest
import yaml

from tests.infra.changes import GONE, NEW, changes
from tests.infra.recording import Programs
from tests.infra.variants import CERTIFICATE, DEFAULTS, IMAGE, KEY, STACK

HTTPS = {"certificateArn": CERTIFICATE, "domainName": "blog.example.com"}
TOPIC = "arn:aws:sns:eu-west-1:000000000000:topic/monitoring-alarms"
TRACKING = "Policy containers-scaling.targetTrackingScalingPolicyConfiguration"
SERVICE = "Service containers-service"
TASK = "TaskDefinition containers-task"
BEHIND_ALIAS = {
    "+ Alias functions-*-alias": NEW,
    "Function functions-*-function.publish": True,
    "Integration functions-*-integration.integrationUri": lambda old: old.replace(
        "-function", "-alias"
    ),
    "Permission functions-*-permission.qualifier": "live",
}


def renamed(old):
    return old.replace("blog-test", "demo-test")


def restaged(old):
    return old.replace("Prod", "dev")


@dataclass(frozen=True)
class Effect:
    """With the settings *given*, setting *key* to *value* changes each place as stated."""

    key: str
    value: str
    places: dict
    given: dict = field(default_factory=dict)


EFFECTS = [
    Effect(
        "prefix",
        "demo",
        {
            "Api functions-api.name": renamed,
            "Dashboard monitoring-dashboard.dashboardName": renamed,
            "Dashboard monitoring-dashboard.dashboardBody.widgets.*": renamed,
            "output.MetricsNamespace": renamed,
            "Function *-function.environment.variables.POWERTOOLS_METRICS_NAMESPACE": renamed,
            "Function *-function.name": renamed,
            "LogGroup *.name": renamed,
            "MetricAlarm *.alarmDescription": renamed,
            "MetricAlarm *.metricQueries.*.metric.dimensions.FunctionName": renamed,
            "Permission *.function": renamed,
            f"{TASK}.containerDefinitions.0.environment.METRICS_NAMESPACE": renamed,
            f"{TASK}.containerDefinitions.0.logConfiguration.options.awslogs-group": renamed,
            f"{TASK}.family": renamed,
            "output.DashboardURL": renamed,
            "output.FunctionNames.*": renamed,
        },
    ),
    Effect("tags", '{"team": "web"}', {"aws aws.defaultTags.tags.team": "web"}),
    Effect(
        "openWrites",
        "true",
        {
            "- RandomPassword write-token": GONE,
            "Function *-function.environment.variables.OPEN_WRITES": "true",
            "Function *-function.environment.variables.WRITE_TOKEN_SHA256": GONE,
            f"{TASK}.containerDefinitions.0.environment.OPEN_WRITES": "true",
            f"{TASK}.containerDefinitions.0.environment.WRITE_TOKEN_SHA256": GONE,
            "output.WriteToken": GONE,
        },
    ),
    Effect(
        "corsOrigins",
        '["https://a.example", "https://b.example"]',
        {
            "Api functions-api.corsConfiguration.allowOrigins.0": "https://a.example",
            "Api functions-api.corsConfiguration.allowOrigins.1": "https://b.example",
            f"{TASK}.containerDefinitions.0.environment.CORS_ORIGINS": (
                "https://a.example,https://b.example"
            ),
        },
    ),
    Effect("deletionProtection", "true", {"Table blogs.deletionProtectionEnabled": True}),
    Effect("logRetentionDays", "30", {"LogGroup *.retentionInDays": 30}),
    Effect(
        "alarmEmail",
        "team@example.com",
        {
            "+ Topic monitoring-alarms": NEW,
            "+ TopicSubscription monitoring-mail": NEW,
            "MetricAlarm *.alarmActions.0": TOPIC,
            "MetricAlarm monitoring-no-healthy-hosts.okActions.0": TOPIC,
        },
    ),
    Effect(
        "alarmLatencyMs",
        "500",
        {
            "MetricAlarm monitoring-api-latency.threshold": 500,
            "MetricAlarm monitoring-target-latency.threshold": 0.5,
        },
    ),
    Effect("monthlyBudget", "25", {"+ Budget budget": NEW}, {"alarmEmail": "team@example.com"}),
    Effect(
        "architecture",
        "x86_64",
        {
            "Function *-function.architectures.0": "x86_64",
            "Function *-function.code.digest": ANY,  # it contains a compiled library
            "Image image-image.platforms.0": "linux/amd64",
            f"{TASK}.runtimePlatform.cpuArchitecture": "X86_64",
            "output.Architecture": "x86_64",
        },
    ),
    Effect(
        "stageName",
        "dev",
        {
            "Dashboard monitoring-dashboard.dashboardBody.widgets.*": restaged,
            "MetricAlarm monitoring-api-*.metricQueries.1.metric.dimensions.Stage": "dev",
            "Stage functions-stage.name": "dev",
            "output.ApiStage": "dev",
        },
    ),
    Effect(
        "throttlingRate",
        "7",
        {"Stage functions-stage.defaultRouteSettings.throttlingRateLimit": 7},
    ),
    Effect(
        "throttlingBurst",
        "7",
        {"Stage functions-stage.defaultRouteSettings.throttlingBurstLimit": 7},
    ),
    Effect(
        "pairing",
        "price",
        {
            "Function *-function.memorySize": 211,
            "output.FunctionMemory": 211,
            "output.FunctionVCPU": 0.12,
            "output.ComparisonNotes.*": ANY,
        },
    ),
    Effect(
        "memorySize",
        "512",
        {
            "Function *-function.memorySize": 512,
            "output.FunctionMemory": 512,
            "output.FunctionVCPU": 0.29,
            "output.ComparisonNotes.1": (
                "CPU: a function has 0.29 vCPU, a task 0.25. Set pairing to cpu."
            ),
        },
        {"pairing": "none", "memorySize": "256"},
    ),
    Effect("functionTimeout", "5", {"Function *-function.timeout": 5}),
    Effect(
        "snapStart",
        "true",
        {**BEHIND_ALIAS, "Function *-function.snapStart.applyOn": "PublishedVersions"},
    ),
    Effect(
        "provisionedConcurrency",
        "2",
        {
            **BEHIND_ALIAS,
            "+ ProvisionedConcurrencyConfig functions-*-concurrency": NEW,
            "output.ComparisonNotes.2": (
                "Warm capacity: 2 environments per function, 1 task "
                "(provisionedConcurrency, minTasks)."
            ),
        },
    ),
    Effect(
        "tracing",
        "true",
        {
            "+ RolePolicy functions-*-trace-policy": NEW,
            "Function *-function.environment.variables.TRACING": "true",
            "Function *-function.tracingConfig.mode": "Active",
            "RolePolicy containers-task-policy.policy.Statement.2.Action.0": (
                "xray:PutTraceSegments"
            ),
            "RolePolicy containers-task-policy.policy.Statement.2.Effect": "Allow",
            "RolePolicy containers-task-policy.policy.Statement.2.Resource": "*",
            f"{TASK}.containerDefinitions.0.cpu": 224,
            f"{TASK}.containerDefinitions.0.dependsOn.0.*": ANY,
            f"{TASK}.containerDefinitions.0.environment.OTEL_*": ANY,
            f"{TASK}.containerDefinitions.1.*": ANY,  # the collector
            "output.ComparisonNotes.3": (
                "Tracing: takes up to 256 MB of the memory of a task, 16 MB of a function. "
                "Set tracing to false."
            ),
        },
    ),
    Effect(
        "routeMetrics",
        "true",
        {"Stage functions-stage.defaultRouteSettings.detailedMetricsEnabled": True},
    ),
    Effect(
        "tableKeyArn",
        KEY,
        {
            "RolePolicy functions-*-data-policy.policy.Statement.*": ANY,
            "RolePolicy containers-task-policy.policy.Statement.2.*": ANY,
            "Table blogs.serverSideEncryption.enabled": True,
            "Table blogs.serverSideEncryption.kmsKeyArn": KEY,
        },
    ),
    Effect(
        "dockerImage",
        IMAGE,
        {
            "- Image image": GONE,
            "- Image image-image": GONE,
            "- LifecyclePolicy image-lifecycle": GONE,
            "- Repository image-repository": GONE,
            f"{TASK}.containerDefinitions.0.image": IMAGE,
        },
    ),
    Effect(
        "taskCpu",
        "512",
        {
            f"{TASK}.cpu": "512",
            "Function *-function.memorySize": 884,
            "output.FunctionMemory": 884,
            "output.FunctionVCPU": 0.5,
            "output.TaskCpu": 512,
            "output.TaskVCPU": 0.5,
        },
        {"taskMemory": "1024"},
    ),
    Effect("taskMemory", "1024", {f"{TASK}.memory": "1024", "output.TaskMemory": 1024}),
    Effect(
        "minTasks",
        "2",
        {"Target containers-scaling.minCapacity": 2, "output.ComparisonNotes.*": ANY},
        {"desiredTasks": "2"},
    ),
    Effect("desiredTasks", "3", {"Service containers-service.desiredCount": 3}),
    Effect("maxTasks", "6", {"Target containers-scaling.maxCapacity": 6}),
    Effect(
        "maxTasks",
        "1",
        {
            "- Policy containers-scaling": GONE,
            "- Target containers-scaling": GONE,
            "Service containers-service.(ignored).0": GONE,
        },
    ),
    Effect(
        "autoscalingCpuTarget",
        "70",
        {"Policy containers-scaling.targetTrackingScalingPolicyConfiguration.targetValue": 70},
    ),
    Effect(
        "autoscalingRequestTarget",
        "600",
        {
            f"{TRACKING}.predefinedMetricSpecification.predefinedMetricType": (
                "ALBRequestCountPerTarget"
            ),
            f"{TRACKING}.predefinedMetricSpecification.resourceLabel": (
                "arnSuffix:containers-lb-balancer/arnSuffix:containers-lb-targets"
            ),
            f"{TRACKING}.targetValue": 600,
        },
    ),
    Effect("scaleOutCooldown", "30", {f"{TRACKING}.scaleOutCooldown": 30}),
    Effect("scaleInCooldown", "30", {f"{TRACKING}.scaleInCooldown": 30}),
    Effect(
        "containerInsights",
        "true",
        {
            "Cluster containers-cluster.settings.containerInsights": "enabled",
            "Dashboard monitoring-dashboard.dashboardBody.widgets.*": ANY,
        },
    ),
    Effect(
        "spotPercent",
        "25",
        {
            "+ ClusterCapacityProviders containers-capacity": NEW,
            f"{SERVICE}.launchType": GONE,
            f"{SERVICE}.forceNewDeployment": True,
            f"{SERVICE}.capacityProviderStrategies.0.base": 1,
            f"{SERVICE}.capacityProviderStrategies.0.capacityProvider": "FARGATE",
            f"{SERVICE}.capacityProviderStrategies.0.weight": 75,
            f"{SERVICE}.capacityProviderStrategies.1.capacityProvider": "FARGATE_SPOT",
            f"{SERVICE}.capacityProviderStrategies.1.weight": 25,
        },
    ),
    Effect(
        "balancerLogs",
        "true",
        {
            "+ AccessLog containers-lb-log": NEW,
            "+ Bucket containers-lb-log-bucket": NEW,
            "+ BucketLifecycleConfiguration containers-lb-log-expiry": NEW,
            "+ BucketPolicy containers-lb-log-policy": NEW,
            "+ BucketPublicAccessBlock containers-lb-log-private": NEW,
            "LoadBalancer containers-lb-balancer.accessLogs.bucket": "containers-lb-log-bucket-id",
            "LoadBalancer containers-lb-balancer.accessLogs.enabled": True,
        },
    ),
    Effect(
        "allowedCidrs",
        '["192.0.2.0/24", "198.51.100.0/24"]',
        {
            "- SecurityGroupIngressRule containers-lb-http-in-0.0.0.0-0": GONE,
            "+ SecurityGroupIngressRule containers-lb-http-in-192.0.2.0-24": NEW,
            "+ SecurityGroupIngressRule containers-lb-http-in-198.51.100.0-24": NEW,
        },
    ),
    Effect(
        "allowedCidrs",
        '["198.51.100.0/24"]',
        {"- SecurityGroupIngressRule containers-lb-http-in-192.0.2.0-24": GONE},
        {"allowedCidrs": '["192.0.2.0/24", "198.51.100.0/24"]'},
    ),
    Effect(
        "certificateArn",
        CERTIFICATE,
        {"Listener containers-lb-https.certificateArn": CERTIFICATE},
        {**HTTPS, "certificateArn": CERTIFICATE[:-1] + "1"},
    ),
    Effect("domainName", "b.example", {"output.ContainersURL": "https://b.example"}, HTTPS),
    Effect("hostedZoneId", "Z01", {"+ Record containers-lb-record": NEW}, HTTPS),
    Effect(
        "awsEndpoint",
        "http://127.0.0.1:1",
        {
            "aws aws.accessKey": "local",
            "aws aws.endpoints.0.*": "http://127.0.0.1:1",
            "aws aws.secretKey": "local",
            "aws aws.skip*": "true",
            "output.ComparisonNotes.*": ANY,
        },
        {"aws:region": "eu-west-1"},
    ),
]


def assert_changes(found, places):
    """Assert that exactly the stated places changed."""
    surprises = {}
    for key, (old, new) in found.items():
        expected = [value for place, value in places.items() if fnmatchcase(key, place)]
        right = [value(old) if callable(value) else value for value in expected]
        if new not in right:
            surprises[key] = (old, new)

    assert surprises == {}
    assert [one for one in places if not any(fnmatchcase(key, one) for key in found)] == []


@pytest.fixture(scope="module")
def given(declare_deployed, deployed):
    """Returns the program with settings; each runs once."""
    made = {"{}": deployed}

    def program(settings):
        key = json.dumps(settings, sort_keys=True)
        if key not in made:
            made[key] = declare_deployed(**DEFAULTS, **settings)
        return made[key]

    return program


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: f"{effect.key}={effect.value}")
def test_setting_changes_what_its_description_says_only(given, effect):
    before = given(effect.given)
    after = given({**effect.given, effect.key: effect.value})

    assert_changes(changes(before, after), effect.places)


def test_certificate_and_domain_name_enable_https(given):
    assert_changes(
        changes(given({}), given(HTTPS)),
        {
            "+ Listener containers-lb-https": NEW,
            "+ SecurityGroupIngressRule containers-lb-https-in-0.0.0.0-0": NEW,
            "Listener containers-lb-http.defaultActions.0.redirect.*": ANY,
            "Listener containers-lb-http.defaultActions.0.targetGroupArn": GONE,
            "Listener containers-lb-http.defaultActions.0.type": "redirect",
            "output.ComparisonNotes.*": ANY,
            "output.ContainersURL": "https://blog.example.com",
        },
    )


def test_output_has_the_target_for_a_dns_record_of_the_user(given):
    program = given(HTTPS)

    assert not program.of("aws:route53/record:Record")
    assert program.outputs["LoadBalancerHost"] == "dnsName:containers-lb-balancer"


def test_bytecode_setting_changes_the_package(own_project, tmp_path, given):
    python = tmp_path / "python" / "python3.13"
    python.parent.mkdir()
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)
    folder = tmp_path / "program"
    folder.mkdir()
    programs = Programs(own_project, STACK, folder, python.parent)
    after = programs.run(**{**DEFAULTS, "bytecode": "required"})
    programs.close()

    found = changes(given({}), after)

    assert {key.partition("-function.")[2] for key in found} == {"code.digest"}
    assert len(found) == 5


# A fake Python 3.13 that creates a file in place of bytecode.
FAKE_PYTHON = """#!/bin/sh
case "$1" in
    -c) echo 3.13 ;;
    *) for folder; do :; done; echo compiled > "$folder/compiled.pyc" ;;
esac
"""


def test_every_setting_has_an_entry_in_this_table(pytestconfig):
    declared = yaml.safe_load((pytestconfig.rootpath / "Pulumi.yaml").read_text())["config"]

    assert {effect.key for effect in EFFECTS} | {"bytecode"} == set(declared)
