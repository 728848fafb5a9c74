"""The stack outputs that the metrics need."""

OUTPUTS = {
    "Region": "eu-west-1",
    "FunctionNames": {"GetBlog": "get", "PostBlog": "post"},
    "MetricsNamespace": "blog-test",
    "ApiId": "api",
    "ApiStage": "Prod",
    "LoadBalancerDimension": "app/b/1",
    "TargetGroupDimension": "targetgroup/t/2",
    "ClusterName": "cluster",
    "ServiceName": "service",
    "TableName": "table",
    "FunctionMemory": 442,
    "FunctionVCPU": 0.25,
    "TaskMemory": 512,
    "TaskVCPU": 0.25,
    "ComparisonNotes": [
        "TLS: only the functions use HTTPS.",
        "Zones: functions run in several, a task in one.",
    ],
    "TableIndex": "feed",
}
