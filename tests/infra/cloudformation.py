"""A translation to CloudFormation, whose linter knows limits that the Pulumi SDK does not.

Inputs without a translation keep their name, which the linter rejects: none goes unchecked.
"""

import json

from localcloud.environment import REGION

_UNKNOWN_ACTION = "W3037"  # the only warning that also fails a deployment


def findings(resources):
    """Return the findings of the linter for the *resources* of translated types."""
    from cfnlint.api import lint  # noqa: PLC0415  # half a second, in every worker

    translated = {}
    for one in resources:
        if one.type_ in TRANSLATIONS:
            for entry in TRANSLATIONS[one.type_](one.name, one.inputs):
                translated[f"R{len(translated)}"] = (one.name, entry)
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {key: entry for key, (_, entry) in translated.items()},
    }
    return [
        f"{translated[match.path[1]][0]}: {match.rule.id} {match.message}"
        for match in lint(json.dumps(template), regions=[REGION])
        if match.rule.id.startswith("E") or match.rule.id == _UNKNOWN_ACTION
    ]


def _entry(type_, properties):
    return {"Type": f"AWS::{type_}", "Properties": properties}


def _capital(value):
    """Convert keys to PascalCase."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: _capital(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_capital(member) for member in value]
    return value


def _plain(type_, **words):
    """Return a translation for a type that differs only in the names in *words*."""

    def translate(name, inputs):
        yield _entry(type_, _capital({words.get(key, key): value for key, value in inputs.items()}))

    return translate


def _function(name, inputs):
    properties = _capital({key: value for key, value in inputs.items() if key != "publish"})
    properties["Code"] = {"ZipFile": "# the package"}
    properties["Environment"] = {"Variables": inputs["environment"]["variables"]}
    properties["FunctionName"] = properties.pop("Name")
    yield _entry("Lambda::Function", properties)


def _table(name, inputs):
    properties = _capital({key: value for key, value in inputs.items() if key != "hashKey"})
    properties["KeySchema"] = [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}]
    properties["AttributeDefinitions"] = [
        {"AttributeName": one["Name"], "AttributeType": one["Type"]}
        for one in properties.pop("Attributes")
    ]
    for index in properties["GlobalSecondaryIndexes"]:
        index["IndexName"] = index.pop("Name")
        index["KeySchema"] = index.pop("KeySchemas")
        keys = ("NonKeyAttributes", "ProjectionType")
        index["Projection"] = {key: index.pop(key) for key in keys if key in index}
    recovery = properties.pop("PointInTimeRecovery")["Enabled"]
    encryption = properties.pop("ServerSideEncryption")["Enabled"]
    properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": recovery}
    properties["SSESpecification"] = {"SSEEnabled": encryption}
    yield _entry("DynamoDB::Table", properties)


def _task(name, inputs):
    containers = json.loads(inputs["containerDefinitions"])
    properties = _capital({**inputs, "containerDefinitions": containers})
    for one, declared in zip(properties["ContainerDefinitions"], containers, strict=True):
        one["LogConfiguration"]["Options"] = declared["logConfiguration"]["options"]
    yield _entry("ECS::TaskDefinition", properties)


def _role(name, inputs):
    document = json.loads(inputs["assumeRolePolicy"])
    others = {key: value for key, value in inputs.items() if key != "assumeRolePolicy"}
    yield _entry("IAM::Role", {**_capital(others), "AssumeRolePolicyDocument": document})


def _role_policy(name, inputs):
    properties = {"RoleName": inputs["role"], "PolicyName": name}
    document = json.loads(inputs["policy"])
    yield _entry("IAM::RolePolicy", {**properties, "PolicyDocument": document})


def _target_group(name, inputs):
    properties = {**inputs, "vpcId": "vpc-00000000"}  # its id is known after creation
    check = properties.pop("healthCheck")
    delay = properties.pop("deregistrationDelay")
    words = {"Interval": "IntervalSeconds", "Timeout": "TimeoutSeconds"}
    properties = _capital(properties)
    for key, value in _capital(check).items():
        if key == "Matcher":
            properties["Matcher"] = {"HttpCode": value}
        elif key.endswith("Threshold"):
            properties[f"{key}Count"] = value
        else:
            properties[f"HealthCheck{words.get(key, key)}"] = value
    properties["TargetGroupAttributes"] = [
        {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}
    ]
    yield _entry("ElasticLoadBalancingV2::TargetGroup", properties)


def _alarm(name, inputs):
    queries = inputs["metricQueries"]
    others = {
        key: value for key, value in inputs.items() if key not in ("metricQueries", "okActions")
    }
    properties = {**_capital(others), "OKActions": inputs["okActions"]}
    yield _entry("CloudWatch::Alarm", {**properties, "Metrics": [_query(one) for one in queries]})
    # The linter checks the period only in alarms with one metric.
    for one in queries:
        if "metric" in one:
            metric = _capital(one["metric"])
            metric["Dimensions"] = _query(one)["MetricStat"]["Metric"]["Dimensions"]
            stat = metric.pop("Stat")
            metric["ExtendedStatistic" if stat.startswith("p") else "Statistic"] = stat
            yield _entry("CloudWatch::Alarm", {**properties, **metric})


def _query(query):
    if "metric" not in query:
        return _capital(query)
    metric = query["metric"]
    dimensions = [{"Name": key, "Value": value} for key, value in metric["dimensions"].items()]
    stat = {
        "Metric": {
            "Namespace": metric["namespace"],
            "MetricName": metric["metricName"],
            "Dimensions": dimensions,
        },
        "Period": metric["period"],
        "Stat": metric["stat"],
    }
    others = {key: value for key, value in query.items() if key != "metric"}
    return {**_capital(others), "MetricStat": stat, "ReturnData": query.get("returnData", False)}


TRANSLATIONS = {
    "aws:apigatewayv2/api:Api": _plain("ApiGatewayV2::Api"),
    "aws:apigatewayv2/integration:Integration": _plain("ApiGatewayV2::Integration"),
    "aws:apigatewayv2/route:Route": _plain("ApiGatewayV2::Route"),
    "aws:apigatewayv2/stage:Stage": _plain("ApiGatewayV2::Stage", name="stageName"),
    "aws:cloudwatch/dashboard:Dashboard": _plain("CloudWatch::Dashboard"),
    "aws:cloudwatch/logGroup:LogGroup": _plain("Logs::LogGroup", name="logGroupName"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:dynamodb/table:Table": _table,
    "aws:ecs/taskDefinition:TaskDefinition": _task,
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:lambda/alias:Alias": _plain("Lambda::Alias"),
    "aws:lambda/function:Function": _function,
    "aws:lb/targetGroup:TargetGroup": _target_group,
}
