"""Elastic Load Balancing and Route 53."""

from tests.account.account import Result
from tests.account.handlers.base import ResourceHandler, chosen, found, ignoring, pascal

_NAME_LIMIT = 32


class LoadBalancer(ResourceHandler):
    name_limit = _NAME_LIMIT

    def create(self, account, name, given):
        made = account.client("elbv2").create_load_balancer(
            Name=name,
            Type=given["loadBalancerType"],
            SecurityGroups=given["securityGroups"],
            Subnets=given["subnets"],
            Tags=account.tag_list(),
        )["LoadBalancers"][0]
        arn = made["LoadBalancerArn"]
        self._set(account, arn, given)
        return Result(
            arn,
            {
                "arn": arn,
                "arnSuffix": arn.partition(":loadbalancer/")[2],
                "dnsName": made["DNSName"],
                "name": name,
                "zoneId": made["CanonicalHostedZoneId"],
            },
        )

    def update(self, account, identity, given, outputs):
        assert given["loadBalancerType"] == outputs["loadBalancerType"]
        elb = account.client("elbv2")
        elb.set_security_groups(LoadBalancerArn=identity, SecurityGroups=given["securityGroups"])
        elb.set_subnets(LoadBalancerArn=identity, Subnets=given["subnets"])
        self._set(account, identity, given)
        return {key: outputs[key] for key in ("arn", "arnSuffix", "dnsName", "name", "zoneId")}

    def _set(self, account, arn, given):
        values = {
            "idle_timeout.timeout_seconds": str(given["idleTimeout"]),
            "routing.http.drop_invalid_header_fields.enabled": _flag(
                given["dropInvalidHeaderFields"]
            ),
        }
        if "accessLogs" in given:
            log = given["accessLogs"]
            values["access_logs.s3.enabled"] = _flag(log["enabled"])
            values["access_logs.s3.bucket"] = log["bucket"]
        account.client("elbv2").modify_load_balancer_attributes(
            LoadBalancerArn=arn, Attributes=_attributes(values)
        )

    def delete(self, account, identity, outputs):
        account.client("elbv2").delete_load_balancer(LoadBalancerArn=identity)

    def exists(self, account, identity, outputs):
        elb = account.client("elbv2")
        return found(
            lambda: elb.describe_load_balancers(LoadBalancerArns=[identity]),
            "LoadBalancerNotFound",
        )


def _flag(value):
    return "true" if value else "false"


def _attributes(values):
    return [{"Key": key, "Value": value} for key, value in values.items()]


class TargetGroup(ResourceHandler):
    name_limit = _NAME_LIMIT

    def create(self, account, name, given):
        arn = account.client("elbv2").create_target_group(
            Name=name,
            Tags=account.tag_list(),
            **chosen(
                given, Protocol="protocol", Port="port", VpcId="vpcId", TargetType="targetType"
            ),
            **_health(given["healthCheck"]),
        )["TargetGroups"][0]["TargetGroupArn"]
        self._set(account, arn, given)
        return Result(arn, {"arn": arn, "arnSuffix": arn.rpartition(":")[2], "name": name})

    def update(self, account, identity, given, outputs):
        for member in ("protocol", "port", "vpcId", "targetType"):
            assert given[member] == outputs[member]
        account.client("elbv2").modify_target_group(
            TargetGroupArn=identity, **_health(given["healthCheck"])
        )
        self._set(account, identity, given)
        return {key: outputs[key] for key in ("arn", "arnSuffix", "name")}

    def _set(self, account, arn, given):
        delay = str(given["deregistrationDelay"])
        account.client("elbv2").modify_target_group_attributes(
            TargetGroupArn=arn,
            Attributes=_attributes({"deregistration_delay.timeout_seconds": delay}),
        )

    def delete(self, account, identity, outputs):
        account.client("elbv2").delete_target_group(TargetGroupArn=identity)

    def exists(self, account, identity, outputs):
        elb = account.client("elbv2")
        return found(
            lambda: elb.describe_target_groups(TargetGroupArns=[identity]), "TargetGroupNotFound"
        )


def _health(given):
    return {
        **chosen(
            given,
            HealthCheckPath="path",
            HealthCheckIntervalSeconds="interval",
            HealthCheckTimeoutSeconds="timeout",
            HealthyThresholdCount="healthyThreshold",
            UnhealthyThresholdCount="unhealthyThreshold",
        ),
        "Matcher": {"HttpCode": given["matcher"]},
    }


class Listener(ResourceHandler):
    def create(self, account, name, given):
        arn = account.client("elbv2").create_listener(
            LoadBalancerArn=given["loadBalancerArn"],
            Tags=account.tag_list(),
            **_listening(given),
        )["Listeners"][0]["ListenerArn"]
        return Result(arn, {"arn": arn})

    def update(self, account, identity, given, outputs):
        assert given["loadBalancerArn"] == outputs["loadBalancerArn"]
        account.client("elbv2").modify_listener(ListenerArn=identity, **_listening(given))
        return {"arn": identity}

    def delete(self, account, identity, outputs):
        with ignoring("ListenerNotFound"):
            account.client("elbv2").delete_listener(ListenerArn=identity)

    def exists(self, account, identity, outputs):
        elb = account.client("elbv2")
        return found(
            lambda: elb.describe_listeners(ListenerArns=[identity])["Listeners"],
            "ListenerNotFound",
        )


def _listening(given):
    certificate = given.get("certificateArn")
    return {
        **chosen(given, Protocol="protocol", Port="port", SslPolicy="sslPolicy"),
        **({"Certificates": [{"CertificateArn": certificate}]} if certificate else {}),
        "DefaultActions": [_action(action) for action in given["defaultActions"]],
    }


def _action(given):
    action = chosen(given, Type="type", TargetGroupArn="targetGroupArn")
    if "redirect" in given:
        action["RedirectConfig"] = pascal(given.plain("redirect"))
    return action


class Record(ResourceHandler):
    def create(self, account, name, given):
        self._change(account, "CREATE", given.everything())
        return Result(f"{given['zoneId']}_{given['name']}_{given['type']}", {"fqdn": given["name"]})

    def update(self, account, identity, given, outputs):
        self._change(account, "UPSERT", given.everything())
        return {"fqdn": given["name"]}

    def delete(self, account, identity, outputs):
        self._change(account, "DELETE", outputs)

    def _change(self, account, action, declared):
        (alias,) = declared["aliases"]
        record = {
            "Name": declared["name"],
            "Type": declared["type"],
            "AliasTarget": {
                "DNSName": alias["name"],
                "HostedZoneId": alias["zoneId"],
                "EvaluateTargetHealth": alias["evaluateTargetHealth"],
            },
        }
        account.client("route53").change_resource_record_sets(
            HostedZoneId=declared["zoneId"],
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        )

    def exists(self, account, identity, outputs):
        listed = account.client("route53").list_resource_record_sets(
            HostedZoneId=outputs["zoneId"]
        )["ResourceRecordSets"]
        return f"{outputs['name']}." in [one["Name"] for one in listed]


HANDLERS = {
    "aws:lb/listener:Listener": Listener(),
    "aws:lb/loadBalancer:LoadBalancer": LoadBalancer(),
    "aws:lb/targetGroup:TargetGroup": TargetGroup(),
    "aws:route53/record:Record": Record(),
}
