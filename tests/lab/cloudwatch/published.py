"""The metrics that AWS publishes: names, sets of dimensions, and useful statistics, with sources.

Only the metrics of the services in use are listed, but all of the kinds that could be confused.
"""

import re
from dataclasses import dataclass

COUNT = frozenset({"Sum", "SampleCount", "Average", "Minimum", "Maximum"})
SUM = frozenset({"Sum"})
LEVEL = frozenset({"Average", "Minimum", "Maximum"})
PERCENTILE = re.compile(r"p\d{1,2}(\.\d+)?")


@dataclass(frozen=True)
class Published:
    dimensions: frozenset[frozenset[str]]
    statistics: frozenset[str]
    percentiles: bool = False

    def has(self, statistic):
        """Tell whether AWS documents the statistic as useful."""
        return statistic in self.statistics or (
            self.percentiles and bool(PERCENTILE.fullmatch(statistic))
        )


def published(statistics, *dimensions, percentiles=False):
    return Published(
        frozenset(frozenset(names.split()) for names in dimensions), statistics, percentiles
    )


FUNCTION = ("", "FunctionName", "FunctionName Resource")
API = ("ApiId", "ApiId Stage", "ApiId Stage Resource Method")
BALANCER = ("LoadBalancer", "AvailabilityZone LoadBalancer")
TARGETS = ("TargetGroup LoadBalancer", "TargetGroup AvailabilityZone LoadBalancer")
BOTH = (*BALANCER, *TARGETS)
CAPACITY = ("TableName", "TableName GlobalSecondaryIndexName")
OPERATION = ("TableName Operation",)
SERVICE = ("ClusterName", "ClusterName ServiceName")

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
LAMBDA = {
    **dict.fromkeys(
        ("Invocations", "Errors", "Throttles", "DeadLetterErrors", "DestinationDeliveryFailures"),
        published(SUM, *FUNCTION),
    ),
    **dict.fromkeys(
        ("Duration", "PostRuntimeExtensionsDuration"),
        published(LEVEL, *FUNCTION, percentiles=True),
    ),
    "IteratorAge": published(LEVEL, *FUNCTION),
    "ConcurrentExecutions": published(frozenset({"Maximum"}), *FUNCTION),
}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
API_GATEWAY = {
    **dict.fromkeys(("4xx", "5xx", "Count", "DataProcessed"), published(COUNT, *API)),
    **dict.fromkeys(("Latency", "IntegrationLatency"), published(LEVEL, *API, percentiles=True)),
}
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
BALANCERS = {
    **dict.fromkeys(
        ("ActiveConnectionCount", "NewConnectionCount", "RejectedConnectionCount", "ConsumedLCUs"),
        published(SUM, *BALANCER),
    ),
    **dict.fromkeys(
        (f"HTTPCode_ELB_{status}_Count" for status in ("3XX", "4XX", "5XX", "502", "503", "504")),
        published(SUM, *BALANCER),
    ),
    **dict.fromkeys(
        (f"HTTPCode_Target_{status}_Count" for status in ("2XX", "3XX", "4XX", "5XX")),
        published(SUM, *BOTH),
    ),
    "RequestCount": published(SUM, *BOTH),
    "RequestCountPerTarget": published(SUM, "TargetGroup", *TARGETS),
    "TargetConnectionErrorCount": published(SUM, *BOTH),
    "TargetResponseTime": published(frozenset({"Average"}), *BOTH, percentiles=True),
    **dict.fromkeys(("HealthyHostCount", "UnHealthyHostCount"), published(LEVEL, *TARGETS)),
}
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
ECS = dict.fromkeys(("CPUUtilization", "MemoryUtilization"), published(LEVEL, *SERVICE))
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
INSIGHTS = dict.fromkeys(
    ("DesiredTaskCount", "PendingTaskCount", "RunningTaskCount"),
    published(LEVEL, "ClusterName ServiceName"),
)
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
# "The TableName dimension returns the ReadThrottleEvents for the table, but not for any global
# secondary indexes." The metrics by operation have no dimension of an index.
DYNAMODB = {
    **dict.fromkeys(
        ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"), published(COUNT, *CAPACITY)
    ),
    **dict.fromkeys(
        ("ReadThrottleEvents", "WriteThrottleEvents"),
        published(frozenset({"Sum", "SampleCount"}), *CAPACITY),
    ),
    "ConditionalCheckFailedRequests": published(COUNT, "TableName"),
    **dict.fromkeys(
        ("SystemErrors", "ThrottledRequests"),
        published(frozenset({"Sum", "SampleCount"}), *OPERATION),
    ),
    "SuccessfulRequestLatency": published(COUNT - SUM, *OPERATION, percentiles=True),
}
PUBLISHED = {
    "AWS/ApiGateway": API_GATEWAY,
    "AWS/ApplicationELB": BALANCERS,
    "AWS/DynamoDB": DYNAMODB,
    "AWS/ECS": ECS,
    "AWS/Lambda": LAMBDA,
    "ECS/ContainerInsights": INSIGHTS,
}
