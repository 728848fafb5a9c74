"""The settings of the tested stacks, by name."""

import json

IMAGE = "registry.example/blog:1"
CERTIFICATE = "arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-0000-0000-000000000000"
KEY = "arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-0000-0000-000000000000"
STACK = "test"  # a stack without a file: settings that are not given have their default

DEFAULTS = {"bytecode": "none"}  # the defaults, except that no Python 3.13 is required

EVERYTHING = {
    **DEFAULTS,
    "alarmEmail": "team@example.com",
    "alarmLatencyMs": "2500",
    "allowedCidrs": json.dumps(["192.0.2.0/24", "198.51.100.0/24"]),
    "architecture": "x86_64",
    "balancerLogs": "true",
    "certificateArn": CERTIFICATE,
    "autoscalingRequestTarget": "600",
    "containerInsights": "true",
    "corsOrigins": json.dumps(["https://a.example", "https://b.example"]),
    "deletionProtection": "true",
    "desiredTasks": "2",
    "domainName": "blog.example.com",
    "functionTimeout": "28",
    "hostedZoneId": "Z0123456789",
    "logRetentionDays": "3653",
    "maxTasks": "10",
    "memorySize": "10240",
    "minTasks": "2",
    "monthlyBudget": "25",
    "pairing": "none",
    "routeMetrics": "true",
    "scaleInCooldown": "120",
    "scaleOutCooldown": "30",
    "snapStart": "true",
    "spotPercent": "50",
    "tableKeyArn": KEY,
    "tags": json.dumps({"team": "web"}),
    "taskCpu": "16384",
    "taskMemory": "122880",
    "tracing": "true",
}

PREPARED = {
    **DEFAULTS,
    "dockerImage": IMAGE,
    "maxTasks": "1",
    "openWrites": "true",
    "provisionedConcurrency": "3",
}

VARIANTS = {"defaults": DEFAULTS, "everything": EVERYTHING, "prepared": PREPARED}
