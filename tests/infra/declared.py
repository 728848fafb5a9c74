"""One line per declared resource: what it is, where it is, and what it costs or exposes.

`python -m tests.infra.declared` (`make golden`) updates `declared.txt`. Review its changes like
code: a line that changed without intention is a mistake.
"""

import json
import re
import tempfile
from pathlib import Path

from tests.infra.recording import ROOT, STACK, Programs
from tests.infra.variants import STACK as TEST_STACK
from tests.infra.variants import VARIANTS

GOLDEN = Path(__file__).with_name("declared.txt")
_ARN = re.compile(r"arn:aws:([a-z0-9-]+):[a-z0-9-]*:\d{12}:")
# The inputs shown for each type. Add new types here.
_SHOWN = {
    "Alias": "name functionVersion",
    "Api": "name protocolType corsConfiguration",
    "Bucket": "forceDestroy",
    "BucketLifecycleConfiguration": "rules",
    "BucketPolicy": "policy",
    "BucketPublicAccessBlock": "blockPublicAcls blockPublicPolicy ignorePublicAcls "
    "restrictPublicBuckets",
    "Cluster": "settings",
    "ClusterCapacityProviders": "capacityProviders",
    "Dashboard": "dashboardName",
    "Function": "name handler runtime architectures memorySize timeout environment publish "
    "snapStart tracingConfig",
    "Budget": "limitAmount limitUnit timeUnit costFilters notifications",
    "Image": "context dockerfile platforms push tags",
    "Integration": "integrationType integrationUri payloadFormatVersion",
    "InternetGateway": "",
    "LifecyclePolicy": "policy",
    "Listener": "port protocol sslPolicy certificateArn defaultActions",
    "LoadBalancer": "loadBalancerType securityGroups subnets idleTimeout "
    "dropInvalidHeaderFields accessLogs",
    "LogGroup": "name retentionInDays",
    "MetricAlarm": "comparisonOperator threshold evaluationPeriods datapointsToAlarm "
    "treatMissingData metricQueries alarmActions okActions",
    "Permission": "function qualifier principal action sourceArn",
    "Policy": "targetTrackingScalingPolicyConfiguration",
    "ProvisionedConcurrencyConfig": "functionName qualifier provisionedConcurrentExecutions",
    "RandomPassword": "length special",
    "Record": "zoneId name type",
    "Repository": "forceDelete imageScanningConfiguration",
    "Role": "assumeRolePolicy",
    "RolePolicy": "policy",
    "RolePolicyAttachment": "policyArn",
    "Route": "routeKey target",
    "RouteTable": "routes",
    "RouteTableAssociation": "subnetId routeTableId",
    "SecurityGroup": "ingress egress",
    "SecurityGroupEgressRule": "securityGroupId ipProtocol fromPort toPort cidrIpv4",
    "SecurityGroupIngressRule": "securityGroupId ipProtocol fromPort toPort cidrIpv4 "
    "referencedSecurityGroupId",
    "Service": "desiredCount deploymentCircuitBreaker healthCheckGracePeriodSeconds "
    "waitForSteadyState launchType capacityProviderStrategies networkConfiguration loadBalancers "
    "propagateTags",
    "Stage": "name autoDeploy defaultRouteSettings",
    "Subnet": "cidrBlock availabilityZone mapPublicIpOnLaunch",
    "Table": "billingMode hashKey deletionProtectionEnabled pointInTimeRecovery "
    "serverSideEncryption",
    "Target": "minCapacity maxCapacity resourceId",
    "TargetGroup": "port protocol targetType deregistrationDelay healthCheck",
    "TaskDefinition": "family cpu memory runtimePlatform taskRoleArn executionRoleArn "
    "containerDefinitions",
    "Topic": "",
    "TopicSubscription": "protocol endpoint",
    "Vpc": "cidrBlock",
    "VpcEndpoint": "serviceName vpcEndpointType",
    "aws": "region profile defaultTags endpoints accessKey",
}


def lines(program):
    """Return one line per resource of *program*, sorted by name."""
    return [_line(program, one) for one in program.all if one.type_ != STACK]


def _line(program, one):
    type_ = one.type_.rpartition(":")[2]
    place = program.name_of(one.parent) or "the stack"
    head = f"{one.name}: {type_} in {place}"
    if not one.custom:
        return f"{head} (component)"
    inputs = [
        f"{key}={_short(one.inputs[key])}" for key in _SHOWN[type_].split() if key in one.inputs
    ]
    ignoring = [f"ignores {', '.join(one.ignored)}"] if one.ignored else []
    return "; ".join([f"{head}, after {len(one.dependencies)}", *inputs, *ignoring])


def _short(value):
    if isinstance(value, str):
        if value[:1] in ("{", "["):
            return _short(json.loads(value))
        return _ARN.sub(r"\1/", value)
    if isinstance(value, dict):
        if "Statement" in value:
            return " and ".join(map(_statement, value["Statement"]))
        return "{" + ", ".join(f"{key}: {_short(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    return json.dumps(value)


def _statement(entry):
    actions = entry["Action"] if isinstance(entry["Action"], list) else [entry["Action"]]
    on = f" on {_short(entry['Resource'])}" if "Resource" in entry else ""
    who = f" for {_short(entry['Principal'])}" if "Principal" in entry else ""
    return f"{entry['Effect']} {', '.join(actions)}{on}{who}"


def golden(variant):
    """Return the whole file; *variant* returns the program of a name in `VARIANTS`."""
    first, *others = VARIANTS
    usual = lines(variant(first))
    parts = [f"# {first}", *usual]
    for name in others:
        changed = lines(variant(name))
        parts += [
            "",
            f"# {name}: what is different",
            *(line for line in changed if line not in usual),
        ]
    return "\n".join(parts) + "\n"


def main():
    with tempfile.TemporaryDirectory() as folder:
        programs = Programs(ROOT, TEST_STACK, Path(folder))
        GOLDEN.write_text(golden(lambda name: programs.run(**VARIANTS[name])), "utf-8")
        programs.close()


if __name__ == "__main__":
    main()
