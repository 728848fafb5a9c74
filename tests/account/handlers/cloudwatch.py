"""CloudWatch, CloudWatch Logs and SNS."""

from tests.account.account import Result
from tests.account.handlers.base import ResourceHandler, chosen, found, ignoring


class LogGroup(ResourceHandler):
    def create(self, account, name, given):
        logs = account.client("logs")
        name = given.get("name", name)
        logs.create_log_group(logGroupName=name, tags=account.tags)
        self._retain(account, name, given)
        return Result(
            name, {"name": name, "arn": self._find(account, name)["arn"].removesuffix(":*")}
        )

    def update(self, account, identity, given, outputs):
        assert given["name"] == identity
        self._retain(account, identity, given)
        return {"name": identity, "arn": outputs["arn"]}

    def _retain(self, account, name, given):
        account.client("logs").put_retention_policy(
            logGroupName=name, retentionInDays=given["retentionInDays"]
        )

    def delete(self, account, identity, outputs):
        account.client("logs").delete_log_group(logGroupName=identity)

    def exists(self, account, identity, outputs):
        return self._find(account, identity) is not None

    def _find(self, account, name):
        listed = account.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return next((group for group in listed if group["logGroupName"] == name), None)


class MetricAlarm(ResourceHandler):
    def create(self, account, name, given):
        self._put(account, name, given)
        arn = self._find(account, name)["AlarmArn"]
        return Result(name, {"name": name, "arn": arn})

    def update(self, account, identity, given, outputs):
        self._put(account, identity, given)
        return {"name": identity, "arn": outputs["arn"]}

    def _put(self, account, name, given):
        account.client("cloudwatch").put_metric_alarm(
            AlarmName=name,
            Tags=account.tag_list(),
            Metrics=[_query(query) for query in given["metricQueries"]],
            **chosen(
                given,
                AlarmDescription="alarmDescription",
                ComparisonOperator="comparisonOperator",
                Threshold="threshold",
                EvaluationPeriods="evaluationPeriods",
                DatapointsToAlarm="datapointsToAlarm",
                TreatMissingData="treatMissingData",
                AlarmActions="alarmActions",
                OKActions="okActions",
            ),
        )

    def delete(self, account, identity, outputs):
        account.client("cloudwatch").delete_alarms(AlarmNames=[identity])

    def exists(self, account, identity, outputs):
        return self._find(account, identity) is not None

    def _find(self, account, name):
        listed = account.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return next(iter(listed), None)


def _query(given):
    query = chosen(given, Id="id", Expression="expression", Label="label", ReturnData="returnData")
    if "metric" in given:
        metric = given["metric"]
        dimensions = metric.plain("dimensions")
        query["MetricStat"] = {
            "Metric": {
                **chosen(metric, Namespace="namespace", MetricName="metricName"),
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            },
            **chosen(metric, Period="period", Stat="stat"),
        }
        query.setdefault("ReturnData", False)
    return query


class Dashboard(ResourceHandler):
    def create(self, account, name, given):
        name = given.get("dashboardName", name)
        self._put(account, name, given)
        return Result(name, {"dashboardName": name})

    def update(self, account, identity, given, outputs):
        assert given["dashboardName"] == identity
        self._put(account, identity, given)
        return {}

    def _put(self, account, name, given):
        account.client("cloudwatch").put_dashboard(
            DashboardName=name, DashboardBody=given["dashboardBody"]
        )

    def delete(self, account, identity, outputs):
        account.client("cloudwatch").delete_dashboards(DashboardNames=[identity])

    def exists(self, account, identity, outputs):
        cloudwatch = account.client("cloudwatch")
        return found(
            lambda: cloudwatch.get_dashboard(DashboardName=identity),
            *("ResourceNotFound", "DashboardNotFoundError"),
        )


class Topic(ResourceHandler):
    def create(self, account, name, given):
        arn = account.client("sns").create_topic(Name=name, Tags=account.tag_list())["TopicArn"]
        return Result(arn, {"arn": arn, "name": name})

    def delete(self, account, identity, outputs):
        account.client("sns").delete_topic(TopicArn=identity)

    def exists(self, account, identity, outputs):
        sns = account.client("sns")
        return found(lambda: sns.get_topic_attributes(TopicArn=identity), "NotFound")


class TopicSubscription(ResourceHandler):
    def create(self, account, name, given):
        arn = account.client("sns").subscribe(
            TopicArn=given["topic"],
            Protocol=given["protocol"],
            Endpoint=given["endpoint"],
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Result(arn, {"arn": arn})

    def delete(self, account, identity, outputs):
        with ignoring("NotFound"):
            account.client("sns").unsubscribe(SubscriptionArn=identity)

    def exists(self, account, identity, outputs):
        listed = account.client("sns").list_subscriptions()["Subscriptions"]
        return identity in [one["SubscriptionArn"] for one in listed]


HANDLERS = {
    "aws:cloudwatch/dashboard:Dashboard": Dashboard(),
    "aws:cloudwatch/logGroup:LogGroup": LogGroup(),
    "aws:cloudwatch/metricAlarm:MetricAlarm": MetricAlarm(),
    "aws:sns/topic:Topic": Topic(),
    "aws:sns/topicSubscription:TopicSubscription": TopicSubscription(),
}
